"""All facts about the catalogue. Names, not rows: a listener may run after a deletion."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CatalogueEvent(Event):
    """Something in an index changed; `project` is the normalised name."""

    index_slug: str
    project: str


@dataclass(frozen=True, kw_only=True)
class ProjectCreated(CatalogueEvent):
    """A new name was taken."""


@dataclass(frozen=True, kw_only=True)
class ProjectDeleted(CatalogueEvent):
    """A project was removed; its name stays with its index."""


@dataclass(frozen=True, kw_only=True)
class ProjectStatusChanged(CatalogueEvent):
    """A project became active, archived, quarantined or deprecated (PEP 792)."""

    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseCreated(CatalogueEvent):
    """The first file of a version was published."""

    version: str


@dataclass(frozen=True, kw_only=True)
class ReleaseYanked(CatalogueEvent):
    """A release was taken back (PEP 592)."""

    version: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseUnyanked(CatalogueEvent):
    """A yank was taken back."""

    version: str


@dataclass(frozen=True, kw_only=True)
class ReleaseDeleted(CatalogueEvent):
    """A release and its files were removed."""

    version: str


@dataclass(frozen=True, kw_only=True)
class FilePublished(CatalogueEvent):
    """A file can be downloaded from now on."""

    version: str
    filename: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileDeleted(CatalogueEvent):
    """A file was removed; its name is never used again."""

    version: str
    filename: str


@dataclass(frozen=True, kw_only=True)
class FileQuarantined(CatalogueEvent):
    """A file was found bad after it was published."""

    version: str
    filename: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RoleGranted(CatalogueEvent):
    """An account was given a role, or another one."""

    username: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class RoleRemoved(CatalogueEvent):
    """An account lost its role."""

    username: str
