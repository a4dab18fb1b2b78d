"""Where administrators find projects and decide about them."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from app.accounts.actors import Actor
from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm
from app.admin.answers import attempt, told
from app.admin.project_forms import (
    ConfirmationForm,
    FindProjectsForm,
    LimitsForm,
    ProjectStatusForm,
    ReleaseForm,
    RoleForm,
)
from app.admin.project_pages import ProjectsView, project_view
from app.admin.project_queries import ProjectLine, find_projects
from app.admin.slices import LENGTH, cut
from app.admin.views import bp
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _, _l
from app.indexes.queries import HOSTED, get_index, list_indexes
from app.projects import limits, roles, services
from app.projects.exceptions import FileNotFound, ProjectNotFound
from app.projects.models import Project
from app.projects.queries import find_claim, find_file, get_release
from app.web.notices import goes_on

Deed = Callable[[Actor, int], object]


@bp.get("/projects/")
def projects() -> ResponseReturnValue:
    """Show projects, those that are looked for or all."""
    form = FindProjectsForm(request.args)
    hosted = [index.slug for index in list_indexes() if index.kind == HOSTED]
    choices = (SelectChoice(slug, slug) for slug in hosted)
    form.index.choices = [SelectChoice("", _l("All")), *choices]
    is_good = form.validate()
    asked = {"q": form.q.data or "", "which": form.which.data or "", "index": form.index.data or ""}
    found = _list_found(asked) if is_good else []
    page = ProjectsView(form=form, projects=cut(found, lambda line: line.place), asked=asked)
    return render_template("admin/projects.html", page=page), 200 if is_good else 400


@bp.get("/project/<slug>/<name>/")
def project(slug: str, name: str) -> ResponseReturnValue:
    """Show a project with all that an administrator must know."""
    return _show(slug, name, {}, 200)


@bp.post("/project/<slug>/<name>/status")
@goes_on
def change_status(slug: str, name: str) -> ResponseReturnValue:
    """Put a project into quarantine, archive or deprecate it, or take that back."""
    form = ProjectStatusForm(prefix="status-")

    def deed(actor: Actor, project_id: int) -> None:
        services.change_status(actor, project_id, form.status.data, form.reason.data or "")

    return _change(slug, name, "status", form, deed, _("The status is changed."))


@bp.post("/project/<slug>/<name>/roles")
def give_role(slug: str, name: str) -> ResponseReturnValue:
    """Give somebody a role in a project."""
    form = RoleForm(prefix="role-")

    def deed(actor: Actor, project_id: int) -> None:
        roles.grant_role(actor, project_id, form.username.data, form.kind.data)

    done = _("%(username)s has the role now.", username=form.username.data)
    return _change(slug, name, "role", form, deed, done)


@bp.post("/project/<slug>/<name>/roles/<username>/remove")
def take_role(slug: str, name: str, username: str) -> ResponseReturnValue:
    """Take somebody's role in a project."""
    form = RoleForm(None, prefix="role-")
    try:
        with transaction():
            roles.remove_role(session_actor(), _find(slug, name).id, username)
    except ProjectNotFound:
        raise
    except DomainError as error:
        form.blame(error)
        return _show(slug, name, {"role": form}, 409)
    done = _("%(username)s has no role in the project any more.", username=username)
    return told(done, "admin.project", slug=slug, name=name, _anchor="role")


@bp.post("/project/<slug>/<name>/limits")
def change_limits(slug: str, name: str) -> ResponseReturnValue:
    """Give a project limits of its own."""
    form = LimitsForm(prefix="limits-")

    def deed(actor: Actor, project_id: int) -> None:
        file, total = form.max_file.data, form.max_project.data
        limits.change_limits(actor, project_id, max_file=file, max_project=total)

    return _change(slug, name, "limits", form, deed, _("The limits are changed."))


@bp.post("/project/<slug>/<name>/files/<filename>/clear")
def clear_file(slug: str, name: str, filename: str) -> ResponseReturnValue:
    """Let a file out of quarantine."""
    project = _find(slug, name)
    file = find_file(project.index_id, filename)
    if file is None or file.release.project_id != project.id:
        raise FileNotFound
    with transaction():
        services.clear_file(session_actor(), file.id)
    done = _("%(file)s can be downloaded again.", file=filename)
    return told(done, "admin.project", slug=slug, name=name, _anchor="status")


@bp.post("/project/<slug>/<name>/release")
def delete_release(slug: str, name: str) -> ResponseReturnValue:
    """Remove a release with its files."""
    form = ReleaseForm(prefix="release-")

    def deed(actor: Actor, project_id: int) -> None:
        version = form.confirmation.data.strip()
        services.delete_release(actor, get_release(project_id, version).id, version)

    return _change(slug, name, "release", form, deed, _("The release is deleted."))


@bp.post("/project/<slug>/<name>/delete")
def delete_project(slug: str, name: str) -> ResponseReturnValue:
    """Remove a project with all that belongs to it."""
    form = ConfirmationForm(prefix="delete-")

    def deed(actor: Actor, project_id: int) -> None:
        services.delete_project(actor, project_id, form.confirmation.data)

    return _change(slug, name, "delete", form, deed, _("The project is deleted."))


def _list_found(asked: dict[str, str]) -> list[ProjectLine]:
    return find_projects(
        asked["q"],
        which=asked["which"],
        index_slug=asked["index"],
        after=request.args.get("after", "").replace("\x00", ""),
        limit=LENGTH + 1,
    )


def _change(
    slug: str, name: str, part: str, form: AccountForm, deed: Deed, message: str
) -> ResponseReturnValue:
    project, actor = _find(slug, name), session_actor()
    return attempt(
        form,
        lambda: deed(actor, project.id),
        show=lambda code: _show(slug, name, {part: form}, code),
        finish=lambda: told(message, "admin.project", slug=slug, name=name, _anchor=part),
    )


def _find(slug: str, name: str) -> Project:
    """Return a project, also one that was removed: it holds its name, and has a history."""
    project = find_claim(get_index(slug).id, name)
    if project is None:
        raise ProjectNotFound
    return project


def _show(slug: str, name: str, refused: dict[str, AccountForm], code: int) -> ResponseReturnValue:
    page = project_view(_find(slug, name), get_index(slug), refused)
    return render_template("admin/project.html", page=page), code
