"""Where administrators prohibit names."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.accounts.forms import AccountForm
from app.admin.answers import attempt, told
from app.admin.project_forms import ProhibitForm
from app.admin.project_pages import ProhibitedLine, ProhibitedView
from app.admin.slices import LENGTH, Slice, cut
from app.admin.views import bp
from app.core.database import transaction
from app.core.i18n import _
from app.projects import prohibitions
from app.projects.names import normalise
from app.web.notices import goes_on


@bp.get("/prohibited/")
def prohibited() -> ResponseReturnValue:
    """Show the names that nobody may take."""
    # A link from a project brings its name along.
    return _show(ProhibitForm(None, data={"name": request.args.get("name", "")}), 200)


@bp.post("/prohibited/")
@goes_on
def prohibit() -> ResponseReturnValue:
    """Let nobody begin a project of a name."""
    form, actor = ProhibitForm(), session_actor()
    return attempt(
        form,
        lambda: prohibitions.prohibit(actor, form.name.data, form.reason.data or ""),
        show=lambda code: _show(form, code),
        finish=lambda: told(
            _("%(name)s is prohibited.", name=normalise(form.name.data)), "admin.prohibited"
        ),
    )


@bp.post("/prohibited/<name>/allow")
def allow_name(name: str) -> ResponseReturnValue:
    """Let a name be taken again."""
    with transaction():
        allowed = prohibitions.allow(session_actor(), name)
    return told(_("%(name)s can be taken again.", name=allowed), "admin.prohibited")


def _show(form: AccountForm, code: int) -> ResponseReturnValue:
    after = request.args.get("after", "").replace("\x00", "")
    page = ProhibitedView(names=_slice(after), form=form)
    return render_template("admin/prohibited.html", page=page), code


def _slice(after: str) -> Slice[ProhibitedLine]:
    found = prohibitions.list_prohibited(after=after, limit=LENGTH + 1)
    holders = prohibitions.map_holders([row.normalized_name for row, _username in found])
    lines = [
        ProhibitedLine(
            name=row.normalized_name,
            reason=row.reason,
            username=username,
            at=row.prohibited_at,
            holders=tuple(holders.get(row.normalized_name, ())),
        )
        for row, username in found
    ]
    return cut(lines, lambda line: line.name)
