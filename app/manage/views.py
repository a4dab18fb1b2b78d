"""Where owners manage their projects."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.actors import Actor
from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.indexes.models import Index
from app.indexes.permissions import demand_read, may_publish_names, may_read
from app.indexes.queries import MAIN, get_index
from app.manage import queries
from app.manage.forms import ConfirmForm, PersonForm, StatusForm
from app.manage.viewmodels import ManageView, ProjectsView
from app.projects import roles, services
from app.projects.exceptions import LastOwner
from app.projects.models import Project
from app.projects.permissions import demand_manage
from app.projects.queries import get_project
from app.projects.trashed import list_own_removed, list_removed_of, trash_days
from app.web.errors import status_of
from app.web.headers import keep_private
from app.web.http import go

# Without a prefix: the pages of tokens lie under /account.
bp = Blueprint("manage", __name__)
bp.after_request(keep_private)


@bp.get("/manage/projects/")
@login_required
def projects() -> ResponseReturnValue:
    """Show the projects of the reader."""
    actor, index = session_actor(), readable_index()
    page = ProjectsView(
        projects=queries.list_projects(index.id, actor.account_id or 0),
        removed=tuple(list_own_removed(index.id, actor.account_id or 0)),
        staged=len(list_staged(actor)),
        may_publish_names=may_publish_names(actor, index),
    )
    return render_template("manage/projects.html", page=page)


def list_staged(actor: Actor) -> tuple[queries.StagedRelease, ...]:
    """Return the newest releases that somebody works on, may read, and that are not in main."""
    found = queries.list_staged(get_index(MAIN), actor.account_id or 0)
    slugs = {release.index_slug for release in found}
    readable = {slug for slug in slugs if may_read(actor, get_index(slug))}
    return tuple(release for release in found if release.index_slug in readable)


@bp.get("/manage/project/<name>/")
@login_required
def project(name: str) -> ResponseReturnValue:
    """Show a project to its owner."""
    return _show(owned_project(name))


@bp.post("/manage/project/<name>/status")
@login_required
def change_status(name: str) -> ResponseReturnValue:
    """Archive or deprecate a project, or take that back."""
    project, form = owned_project(name), StatusForm(prefix="status-")
    if not form.validate():
        return _show(project, status_form=form, code=400)
    try:
        with transaction():
            services.change_status(
                session_actor(), project.id, form.status.data, form.reason.data or ""
            )
    except DomainError as error:
        form.blame(error)
        return _show(owned_project(name), status_form=form, code=status_of(error))
    flash(_("The status is changed."), "success")
    return go("manage.project", name=project.normalized_name)


@bp.post("/manage/project/<name>/people")
@login_required
def add_person(name: str) -> ResponseReturnValue:
    """Give somebody a role in a project, or another one."""
    project, form = owned_project(name), PersonForm(prefix="person-")
    if not form.validate():
        return _show(project, person_form=form, code=400)
    try:
        with transaction():
            roles.grant_role(session_actor(), project.id, form.username.data, form.kind.data)
    except DomainError as error:
        form.blame(error)
        return _show(owned_project(name), person_form=form, code=status_of(error))
    flash(_("%(username)s has the role now.", username=form.username.data), "success")
    return go("manage.project", name=project.normalized_name)


@bp.post("/manage/project/<name>/people/<username>/remove")
@login_required
def remove_person(name: str, username: str) -> ResponseReturnValue:
    """Take somebody's role in a project; the reader may give up their own."""
    actor, project = session_actor(), get_project(readable_index().id, name)
    try:
        with transaction():
            roles.remove_role(actor, project.id, username)
    except LastOwner as error:
        flash(str(error), "error")
        return go("manage.project", name=project.normalized_name)
    flash(_("%(username)s has no role in the project any more.", username=username), "success")
    if actor.username.lower() == username.lower():
        return go("manage.projects")
    return go("manage.project", name=project.normalized_name)


@bp.post("/manage/project/<name>/delete")
@login_required
def delete_project(name: str) -> ResponseReturnValue:
    """Remove a project with all that belongs to it."""
    project, form = owned_project(name), ConfirmForm(prefix="delete-")
    if not form.validate():
        return _show(project, confirm_form=form, code=400)
    try:
        with transaction():
            services.delete_project(session_actor(), project.id, form.confirmation.data)
    except DomainError as error:
        form.blame(error)
        return _show(owned_project(name), confirm_form=form, code=status_of(error))
    flash(_("%(project)s is deleted.", project=project.name), "success")
    return go("manage.projects")


def readable_index() -> Index:
    """Return the index whose projects are managed, if the reader may see it."""
    index = get_index(MAIN)
    # Who may not read the index must not learn from us which names are in it.
    demand_read(session_actor(), index)
    return index


def owned_project(name: str) -> Project:
    """Return a project that the reader may manage."""
    project = get_project(readable_index().id, name)
    demand_manage(session_actor(), project)
    return project


def may_delete() -> bool:
    """Tell whether the index lets anything be deleted."""
    return bool(get_index(MAIN).settings.get("deletion", True))


def _show(
    project: Project,
    *,
    status_form: StatusForm | None = None,
    person_form: PersonForm | None = None,
    confirm_form: ConfirmForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    page = ManageView(
        name=project.name,
        normalized_name=project.normalized_name,
        status=project.status,
        releases=queries.list_releases(project.id),
        people=queries.list_people(project.id),
        status_form=status_form or _status_form(project),
        person_form=person_form or PersonForm(None, prefix="person-"),
        confirm_form=confirm_form or ConfirmForm(None, prefix="delete-"),
        may_delete=may_delete(),
        removed=tuple(list_removed_of(project)),
        trash_days=trash_days().days,
    )
    return render_template("manage/project.html", page=page), code


def _status_form(project: Project) -> StatusForm:
    status, reason = project.status, project.status_reason
    return StatusForm(None, prefix="status-", status=status, reason=reason)
