"""Addresses that cannot lead anywhere, and those that are spelled in another way."""

from urllib.parse import quote, urlsplit

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect


def init_app(app: Flask) -> None:
    """Look at addresses before any view of an application does."""
    app.before_request(refuse_nul)
    app.before_request(correct_spelling)


def refuse_nul() -> None:
    """Answer that nothing is there: no text in PostgreSQL holds a NUL, so asking would fail."""
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NotFound


def correct_spelling() -> ResponseReturnValue | None:
    """Send the caller to the right spelling of an address, such as with a final slash.

    Relative, where Flask would name the host: that is the caller's own claim, and
    a prefix that a proxy took away is known to the browser alone.
    """
    if not isinstance(request.routing_exception, RequestRedirect):
        return None
    target = urlsplit(request.routing_exception.new_url)
    is_slash = target.path.endswith(f"{quote(request.path)}/")
    path = f"./{quote(request.path.rpartition('/')[2])}/" if is_slash else target.path
    return redirect(f"{path}?{target.query}" if target.query else path, code=308)
