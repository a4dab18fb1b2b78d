"""Frozen page objects of the owners' pages."""

from dataclasses import dataclass, field
from datetime import datetime

from app.manage.queries import OwnFile, OwnProject, OwnRelease, StagedRelease
from app.projects.trashed import Removed
from app.sources.page import Person
from app.uploads.plans import Plan
from app.uploads.promotion import Consequences
from app.web.forms import Form


@dataclass(frozen=True, kw_only=True)
class ProjectsView:
    """The projects of somebody; `staged` counts releases that are not in main yet."""

    projects: tuple[OwnProject, ...]
    removed: tuple[Removed, ...]
    staged: int
    may_publish_names: bool


@dataclass(frozen=True, kw_only=True)
class ManageView:
    """A project before its owner."""

    name: str
    normalized_name: str
    status: str
    releases: tuple[OwnRelease, ...]
    people: tuple[Person, ...]
    status_form: Form
    person_form: Form
    confirm_form: Form
    may_delete: bool
    removed: tuple[Removed, ...]
    trash_days: int


@dataclass(frozen=True, kw_only=True)
class ReleaseView:
    """A release before its owner; `file_forms` holds a form for each file by its number."""

    name: str
    normalized_name: str
    version: str
    is_yanked: bool
    yanked_reason: str
    files: tuple[OwnFile, ...]
    yank_form: Form
    confirm_form: Form
    file_forms: dict[int, Form] = field(hash=False)
    may_delete: bool
    may_promote: bool


@dataclass(frozen=True, kw_only=True)
class PromoteView:
    """A release before it is brought to another index; no target says that there is none."""

    name: str
    normalized_name: str
    version: str
    source: str
    target: str | None
    targets: tuple[str, ...]
    plan: Plan
    form: Form


@dataclass(frozen=True, kw_only=True)
class PromotionLine:
    """A promotion in the list; without consequences the reader cannot undo it."""

    id: int
    project: str
    version: str
    source: str
    target: str
    actor: str
    reason: str
    promoted_at: datetime
    undone_at: datetime | None
    consequences: Consequences | None


@dataclass(frozen=True, kw_only=True)
class PromotionsView:
    """What somebody may promote, and what was promoted."""

    staged: tuple[StagedRelease, ...]
    promotions: tuple[PromotionLine, ...]
