"""To be filled."""

from flask import Flask

from app.stats import models as models


def init_app(app: Flask) -> None:
    """Bind the feature."""
