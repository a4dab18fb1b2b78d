"""Pages that people write: the content of the site around the catalogue."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Bind the pages to an application."""
