"""Where administrators look after what was deleted."""

from datetime import datetime

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.answers import told
from app.admin.slices import LENGTH, cut
from app.admin.trash_pages import TrashView
from app.admin.views import bp
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _, ngettext
from app.projects import trash as services
from app.projects.trashed import list_removed, trash_days, weigh_trash
from app.web.http import go

_PLACE = "/trash/<any(project, release, file):kind>/<int(max=2147483647):number>"


@bp.get("/trash/")
def trash() -> ResponseReturnValue:
    """Show what was deleted and can come back."""
    found = list_removed(limit=LENGTH + 1, after=_read_time(request.args.get("after", "")))
    page = TrashView(
        lines=cut(found, lambda line: line.removed_at.isoformat()),
        weight=weigh_trash(),
        days=trash_days().days,
    )
    return render_template("admin/trash.html", page=page)


@bp.post(f"{_PLACE}/restore")
def restore_removed(kind: str, number: int) -> ResponseReturnValue:
    """Bring back a project, a release or a file."""
    try:
        with transaction():
            services.restore(session_actor(), kind, number)
    except DomainError as error:
        flash(str(error), "error")
        return go("admin.trash")
    return told(_("It is back."), "admin.trash")


@bp.post(f"{_PLACE}/purge")
def purge_removed(kind: str, number: int) -> ResponseReturnValue:
    """Give up the bytes of something for good."""
    with transaction():
        freed = services.purge(session_actor(), kind, number)
    done = ngettext("One file is gone for good.", "%(num)s files are gone for good.", freed)
    return told(done, "admin.trash")


def _read_time(text: str) -> datetime | None:
    """Return where a list is to go on, or None for its beginning, and for what is no time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
