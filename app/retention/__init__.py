"""Rules that say which releases stay, and which go to the trash."""

from flask import Flask

from app.retention import models as models


def init_app(app: Flask) -> None:
    """Bind commands and jobs to an application."""
