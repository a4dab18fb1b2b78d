"""Where owners manage their projects."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

bp = Blueprint("manage", __name__, url_prefix="/manage")


@bp.get("/projects/")
@login_required
def projects() -> ResponseReturnValue:
    """Show the projects of the reader."""
    return render_template("manage/projects.html")
