"""Callers who were let in, noted for those who ask no database."""

from flask import request

from app.accounts.auth import token_actor
from app.core.exceptions import Forbidden
from app.core.runtime import part
from app.indexes.models import Index
from app.indexes.permissions import demand_read_all
from app.indexes.queries import PUBLIC, openness
from app.simple.passes import Passes


def note_pass(index: Index) -> None:
    """Note the token of a caller who was let in, unless it is for one project only."""
    if openness(index) == PUBLIC or "Authorization" not in request.headers:
        return
    key = token_actor().key
    if key is not None and key.project is None:
        passes: Passes = part("passes")
        passes.note(index.slug, request.headers["Authorization"])


def admit_token(index: Index) -> None:
    """Let a token open all of a guarded index; raises `Unauthenticated` or `Forbidden`.

    Whoever asks keeps the answer for some seconds, so a public index says no: it
    needs no token, and might be guarded in a moment.
    """
    if openness(index) == PUBLIC:
        raise Forbidden
    demand_read_all(token_actor(), index)
