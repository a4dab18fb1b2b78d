"""The pages that everybody reads."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

bp = Blueprint("site", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the front page."""
    return render_template("site/home.html")


@bp.get("/search")
def search() -> ResponseReturnValue:
    """Show the projects whose names fit."""
    return render_template("site/search.html")


@bp.get("/user/<username>/")
def profile(username: str) -> ResponseReturnValue:
    """Show a person and what they publish."""
    return render_template("site/profile.html", username=username)


@bp.get("/about")
def about() -> ResponseReturnValue:
    """Show who runs this site."""
    return render_template("site/about.html")


@bp.get("/help/")
def help() -> ResponseReturnValue:
    """Show the list of help pages."""
    return render_template("site/help.html")


@bp.get("/classifiers/")
def classifiers() -> ResponseReturnValue:
    """Show all classifiers."""
    return render_template("site/classifiers.html")
