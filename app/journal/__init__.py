"""To be filled."""

from flask import Flask

from app.journal import models as models


def init_app(app: Flask) -> None:
    """Bind the feature."""
