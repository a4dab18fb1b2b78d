"""The door of the back office, and its first page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.navigation import list_steps
from app.admin.overview import read_overview
from app.core.settings import read_shared_anew
from app.indexes.permissions import demand_site_admin
from app.web.headers import keep_private

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.after_request(keep_private)


@bp.before_request
def admit() -> None:
    """Let only administrators of the site in, with a session: a token opens nothing here.

    All pages of the blueprint lie behind this one door.
    """
    demand_site_admin(session_actor())
    # Another process may have changed what the page is about just now.
    read_shared_anew()


@bp.context_processor
def _office() -> dict[str, object]:
    return {"office_steps": list_steps(request.script_root + request.path)}


@bp.get("/")
def dashboard() -> ResponseReturnValue:
    """Show what needs attention."""
    return render_template("admin/dashboard.html", page=read_overview())
