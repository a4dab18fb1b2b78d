"""Where owners manage one release: yanking, deleting, its files."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.manage import queries
from app.manage.forms import ConfirmForm, YankForm
from app.manage.viewmodels import ReleaseView
from app.manage.views import bp, may_delete, owned_project, readable_index
from app.projects import services
from app.projects.exceptions import FileNotFound
from app.projects.models import Project, Release
from app.projects.queries import get_release
from app.uploads.plans import list_targets
from app.web.errors import status_of
from app.web.http import go


@bp.get("/manage/project/<name>/release/<version>/")
@login_required
def release(name: str, version: str) -> ResponseReturnValue:
    """Show a release to its owner."""
    return _show(*_owned_release(name, version))


@bp.post("/manage/project/<name>/release/<version>/yank")
@login_required
def yank(name: str, version: str) -> ResponseReturnValue:
    """Take a release back."""
    project, release = _owned_release(name, version)
    form = YankForm(prefix="yank-")
    if not form.validate():
        return _show(project, release, yank_form=form, code=400)
    with transaction():
        services.yank(session_actor(), release.id, form.reason.data or "")
    flash(_("%(version)s is yanked.", version=release.version), "success")
    return _back(project, release)


@bp.post("/manage/project/<name>/release/<version>/unyank")
@login_required
def unyank(name: str, version: str) -> ResponseReturnValue:
    """Take a yank back."""
    project, release = _owned_release(name, version)
    with transaction():
        services.unyank(session_actor(), release.id)
    flash(_("%(version)s is not yanked any more.", version=release.version), "success")
    return _back(project, release)


@bp.post("/manage/project/<name>/release/<version>/delete")
@login_required
def delete_release(name: str, version: str) -> ResponseReturnValue:
    """Remove a release with its files."""
    project, release = _owned_release(name, version)
    form = ConfirmForm(prefix="delete-")
    if not form.validate():
        return _show(project, release, confirm_form=form, code=400)
    try:
        with transaction():
            services.delete_release(session_actor(), release.id, form.confirmation.data)
    except DomainError as error:
        form.blame(error)
        return _show(*_owned_release(name, version), confirm_form=form, code=status_of(error))
    flash(_("%(version)s is deleted.", version=release.version), "success")
    return go("manage.project", name=project.normalized_name)


# No database has a larger number, and asking for one is an error.
@bp.post("/manage/project/<name>/release/<version>/file/<int(max=2147483647):file_id>/delete")
@login_required
def delete_file(name: str, version: str, file_id: int) -> ResponseReturnValue:
    """Remove one file of a release."""
    project, release = _owned_release(name, version)
    if all(file.id != file_id for file in queries.list_files(release.id)):
        raise FileNotFound
    form = ConfirmForm(prefix=_prefix(file_id))
    if not form.validate():
        return _show(project, release, file_form=(file_id, form), code=400)
    try:
        with transaction():
            services.delete_file(session_actor(), file_id, form.confirmation.data)
    except DomainError as error:
        form.blame(error)
        shown = _owned_release(name, version)
        return _show(*shown, file_form=(file_id, form), code=status_of(error))
    flash(_("The file is deleted."), "success")
    return go("manage.project", name=project.normalized_name)


def _owned_release(name: str, version: str) -> tuple[Project, Release]:
    project = owned_project(name)
    return project, get_release(project.id, version)


def _prefix(file_id: int) -> str:
    return f"file{file_id}-"


def _back(project: Project, release: Release) -> ResponseReturnValue:
    return go("manage.release", name=project.normalized_name, version=release.version)


def _show(
    project: Project,
    release: Release,
    *,
    yank_form: YankForm | None = None,
    confirm_form: ConfirmForm | None = None,
    file_form: tuple[int, ConfirmForm] | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    files = queries.list_files(release.id)
    forms = {file.id: ConfirmForm(None, prefix=_prefix(file.id)) for file in files}
    page = ReleaseView(
        name=project.name,
        normalized_name=project.normalized_name,
        version=release.version,
        is_yanked=release.is_yanked,
        yanked_reason=release.yanked_reason,
        files=files,
        yank_form=yank_form or YankForm(None, prefix="yank-", reason=release.yanked_reason),
        confirm_form=confirm_form or ConfirmForm(None, prefix="delete-"),
        file_forms=forms | dict([file_form] if file_form else []),
        may_delete=may_delete(),
        may_promote=bool(list_targets(session_actor(), readable_index())),
    )
    return render_template("manage/release.html", page=page), code
