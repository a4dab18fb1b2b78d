"""The frozen page objects of projects, as administrators see them."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.forms import AccountForm
from app.admin.entry_pages import EntryLine, list_lines
from app.admin.project_forms import (
    ConfirmationForm,
    LimitsForm,
    ProjectStatusForm,
    ReleaseForm,
    RoleForm,
)
from app.admin.project_queries import ProjectLine, StoppedFile, list_stopped
from app.admin.slices import Slice
from app.indexes.limits import MEGABYTE
from app.indexes.models import Index
from app.journal.queries import Search
from app.manage.queries import OwnRelease, list_people, list_releases
from app.projects.limits import Limits, limits_of, measure
from app.projects.models import Project
from app.projects.prohibitions import is_prohibited
from app.projects.trashed import Removed, list_removed_of
from app.sources.page import Person

_MOST_RELEASES, _MOST_STOPPED, _NEWEST_ENTRIES = 100, 50, 20


@dataclass(frozen=True, kw_only=True)
class ProjectsView:
    """The list of projects, and what it was asked for."""

    form: AccountForm
    projects: Slice[ProjectLine]
    asked: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ProhibitedLine:
    """A name that nobody may take; `holders` are indexes that have it all the same."""

    name: str
    reason: str
    username: str
    at: datetime
    holders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProhibitedView:
    """The names that nobody may take."""

    names: Slice[ProhibitedLine]
    form: AccountForm


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """One project with all that an administrator must know to decide about it."""

    project: Project
    index_slug: str
    people: tuple[Person, ...]
    releases: tuple[OwnRelease, ...]
    has_more_releases: bool
    stopped: tuple[StoppedFile, ...]
    size: int
    limits: Limits
    is_prohibited: bool
    entries: tuple[EntryLine, ...]
    removed: tuple[Removed, ...]
    forms: dict[str, AccountForm]


def project_view(project: Project, index: Index, refused: dict[str, AccountForm]) -> ProjectView:
    """Return the page of a project; `refused` are forms to be shown as they were sent."""
    releases = list_releases(project.id)
    search = Search(project=project.normalized_name, index_slug=index.slug)
    return ProjectView(
        project=project,
        index_slug=index.slug,
        people=tuple(list_people(project.id)),
        releases=tuple(releases[:_MOST_RELEASES]),
        has_more_releases=len(releases) > _MOST_RELEASES,
        stopped=tuple(list_stopped(project.id, _MOST_STOPPED)),
        size=measure(project.id),
        limits=limits_of(index, project),
        is_prohibited=is_prohibited(project.normalized_name),
        entries=list_lines(search, limit=_NEWEST_ENTRIES),
        removed=tuple(list_removed_of(project)),
        forms=_fresh(project) | refused,
    )


def in_megabytes(size: int | None) -> int | None:
    """Return a limit as its form shows it."""
    return None if size is None else size // MEGABYTE


def _fresh(project: Project) -> dict[str, AccountForm]:
    status = {"status": project.status, "reason": project.status_reason or ""}
    limits = {
        "max_file": in_megabytes(project.max_file_bytes),
        "max_project": in_megabytes(project.max_total_bytes),
    }
    return {
        "status": ProjectStatusForm(None, prefix="status-", data=status),
        "role": RoleForm(None, prefix="role-"),
        "limits": LimitsForm(None, prefix="limits-", data=limits),
        "release": ReleaseForm(None, prefix="release-"),
        "delete": ConfirmationForm(None, prefix="delete-"),
    }
