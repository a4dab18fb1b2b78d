"""Pages that people write: the content of the site around the catalogue."""

from flask import Flask

from app.pages import models as models


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
