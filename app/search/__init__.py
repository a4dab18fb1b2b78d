"""Finding projects by their names."""

from flask import Flask

from app.search import models as models


def init_app(app: Flask) -> None:
    """Bind the feature to an application."""
    app.extensions["popular_marks"] = {}
