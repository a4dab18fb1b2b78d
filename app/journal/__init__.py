"""The audit log: who did what, when and from where."""

from flask import Flask

from app.journal import models as models


def init_app(app: Flask) -> None:
    """Bind the feature."""
