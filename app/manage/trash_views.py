"""Where owners bring back what was deleted."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.extensions import db
from app.indexes.models import Index
from app.indexes.permissions import demand_read
from app.indexes.queries import MAIN
from app.manage.views import bp
from app.projects import trash
from app.projects.exceptions import NotInTrash
from app.projects.models import Project
from app.projects.permissions import demand_manage
from app.projects.trashed import find_project_of
from app.web.http import go


# No database has a larger number, and asking for one is an error.
@bp.post("/manage/trash/<any(project, release, file):kind>/<int(max=2147483647):number>/restore")
@login_required
def restore_removed(kind: str, number: int) -> ResponseReturnValue:
    """Bring back a project, a release or a file."""
    _find_own(kind, number)
    try:
        with transaction():
            trash.restore(session_actor(), kind, number)
    except DomainError as error:
        flash(str(error), "error")
    else:
        flash(_("It is back."), "success")
    return _back(_find_own(kind, number))


def _find_own(kind: str, number: int) -> Project:
    """Return the project of what was removed, if the reader may manage it."""
    project = find_project_of(kind, number)
    if project is None:
        raise NotInTrash
    # Who may not read the index must not learn from us what was in it.
    demand_read(session_actor(), db.session.get_one(Index, project.index_id))
    demand_manage(session_actor(), project)
    return project


def _back(project: Project) -> ResponseReturnValue:
    slug = db.session.get_one(Index, project.index_id).slug
    if project.removed_at is None and slug == MAIN:
        return go("manage.project", name=project.normalized_name)
    return go("manage.projects")
