"""Where owners manage their projects."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

# Without a prefix: the pages of tokens lie under /account.
bp = Blueprint("manage", __name__)


@bp.get("/manage/projects/")
@login_required
def projects() -> ResponseReturnValue:
    """Show the projects of the reader."""
    return render_template("manage/projects.html")
