"""Finding projects: all that are listed, their words, and what they have in common."""

from flask import Flask

from app.search import jobs as jobs
from app.search import models as models
from app.search.cli import cli


def init_app(app: Flask) -> None:
    """Bind the feature to an application."""
    app.extensions["popular_marks"] = {}
    app.cli.add_command(cli)
