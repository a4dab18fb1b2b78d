"""Addresses that cannot lead anywhere."""

from flask import Flask, request
from werkzeug.exceptions import NotFound


def init_app(app: Flask) -> None:
    """Refuse them before any view of an application looks."""
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Answer that nothing is there: no text in PostgreSQL holds a NUL, so asking would fail."""
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NotFound
