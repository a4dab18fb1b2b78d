"""Callers who were let in, noted for those who ask no database."""

from flask import request

from app.accounts.auth import token_actor
from app.core.runtime import part
from app.indexes.models import Index
from app.indexes.permissions import PUBLIC
from app.simple.passes import Passes


def note_pass(index: Index) -> None:
    """Note the token of a caller who was let in, unless it is for one project only."""
    if index.visibility == PUBLIC or "Authorization" not in request.headers:
        return
    key = token_actor().key
    if key is not None and key.project is None:
        passes: Passes = part("passes")
        passes.note(index.slug, request.headers["Authorization"])
