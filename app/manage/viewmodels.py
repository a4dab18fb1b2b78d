"""Frozen page objects of the owners' pages."""

from dataclasses import dataclass, field

from app.manage.queries import OwnFile, OwnProject, OwnRelease
from app.sources.page import Person
from app.web.forms import Form


@dataclass(frozen=True, kw_only=True)
class ProjectsView:
    """The projects of somebody."""

    projects: tuple[OwnProject, ...]
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
