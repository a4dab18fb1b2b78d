"""All facts about the catalogue. Names, not rows: a listener may run after a deletion."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CatalogueEvent(Event):
    """Something in an index changed; `project` is the normalised name."""

    index_slug: str
    project: str


@dataclass(frozen=True, kw_only=True)
class PageChanged(CatalogueEvent):
    """What installers read of a project changed."""


@dataclass(frozen=True, kw_only=True)
class NamesChanged(PageChanged):
    """The list of all projects may have changed too."""


@dataclass(frozen=True, kw_only=True)
class FilesWithdrawn(PageChanged):
    """A file that could be downloaded may be one no longer."""


@dataclass(frozen=True, kw_only=True)
class CopyChanged(PageChanged):
    """An upstream tells something else of a project than before."""

    is_history: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class CopyAppeared(NamesChanged, CopyChanged):
    """A project of an upstream is known from now on, or not any more."""


@dataclass(frozen=True, kw_only=True)
class UpstreamFileChanged(CatalogueEvent):
    """An upstream tells another digest of a file than before: `sha256`, and it `was` another."""

    filename: str
    was: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class NamesLoaded(Event):
    """Many names of an upstream are known from now on, or not any more."""

    is_history: ClassVar[bool] = False

    index_slug: str


@dataclass(frozen=True, kw_only=True)
class CopyStopped(FilesWithdrawn, CopyChanged):
    """What an upstream tells of files may be a reason to send them no longer."""


@dataclass(frozen=True, kw_only=True)
class CopyEvicted(FilesWithdrawn, CopyChanged):
    """The bytes of a mirrored file were removed to make room; they can be fetched again."""

    filename: str


@dataclass(frozen=True, kw_only=True)
class NameClaimed(NamesChanged):
    """An index owns a name, whatever an upstream has under it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NameFreed(NamesChanged):
    """An index does not claim a name any more."""


@dataclass(frozen=True, kw_only=True)
class NameProhibited(Event):
    """Nobody can begin a project of a name, in any index; `project` is normalised."""

    project: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NameAllowed(Event):
    """A name can be taken again."""

    project: str


@dataclass(frozen=True, kw_only=True)
class ProjectLimitsChanged(CatalogueEvent):
    """A project may be larger or smaller than others; None leaves it to the index."""

    max_file_mb: int | None
    max_project_mb: int | None


@dataclass(frozen=True, kw_only=True)
class ProjectCreated(NamesChanged):
    """A new name was taken."""


@dataclass(frozen=True, kw_only=True)
class ProjectDeleted(NamesChanged, FilesWithdrawn):
    """A project was removed; its name stays with its index."""


@dataclass(frozen=True, kw_only=True)
class ProjectStatusChanged(NamesChanged, FilesWithdrawn):
    """A project became active, archived, quarantined or deprecated (PEP 792)."""

    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseCreated(PageChanged):
    """The first file of a version was published."""

    version: str


@dataclass(frozen=True, kw_only=True)
class ReleaseYanked(PageChanged):
    """A release was taken back (PEP 592)."""

    version: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseUnyanked(PageChanged):
    """A yank was taken back."""

    version: str


@dataclass(frozen=True, kw_only=True)
class ReleaseDeleted(FilesWithdrawn):
    """A release and its files were removed."""

    version: str


@dataclass(frozen=True, kw_only=True)
class FilePublished(PageChanged):
    """A file can be downloaded from now on."""

    version: str
    filename: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileDeleted(FilesWithdrawn):
    """A file was removed; its name is never used again for anything else."""

    version: str
    filename: str


@dataclass(frozen=True, kw_only=True)
class ProjectRestored(NamesChanged):
    """A removed project is back, with what was removed with it."""


@dataclass(frozen=True, kw_only=True)
class ReleaseRestored(PageChanged):
    """A removed release is back, with the files that were removed with it."""

    version: str


@dataclass(frozen=True, kw_only=True)
class FileRestored(PageChanged):
    """A removed file is back, with the same bytes."""

    version: str
    filename: str


@dataclass(frozen=True, kw_only=True)
class FilesFreed(CatalogueEvent):
    """The bytes of removed files were given up; their names stay taken."""

    files: int


@dataclass(frozen=True, kw_only=True)
class FileQuarantined(FilesWithdrawn):
    """A file was found bad after it was published."""

    version: str
    filename: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FileCleared(PageChanged):
    """A file that was stopped can be downloaded again."""

    version: str
    filename: str


@dataclass(frozen=True, kw_only=True)
class ReleasePromoted(CatalogueEvent):
    """A release was brought from another index; its files were published before this is told."""

    version: str
    source_slug: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PromotionUndone(CatalogueEvent):
    """What a promotion had brought was taken back; its files were removed before this is told."""

    version: str
    source_slug: str


@dataclass(frozen=True, kw_only=True)
class RoleGranted(PageChanged):
    """An account was given a role, or another one; the page has the number of this change."""

    username: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class RoleRemoved(PageChanged):
    """An account lost its role; the page has the number of this change."""

    username: str
