"""To be filled."""

from flask import Flask

from app.accounts import models as models


def init_app(app: Flask) -> None:
    """Bind the feature."""
