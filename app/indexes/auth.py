"""Who reads an index: at a public one nobody is asked."""

from flask import request

from app.accounts.actors import NOBODY, Actor
from app.accounts.auth import any_actor
from app.indexes.models import Index
from app.indexes.permissions import demand_read, demand_read_all
from app.indexes.queries import MAIN, PUBLIC, get_index, openness
from app.web.documents import mark_public


def reader(index: Index) -> Actor:
    """Return who is reading an index; raises `BadToken`.

    A public index is the same for everyone, and may be served from places that
    know nobody, so keys that callers show there are not even looked at.
    """
    return NOBODY if openness(index) == PUBLIC else any_actor()


def admit(index: Index, project: str | None = None) -> None:
    """Let the caller read an index, or one project in it, by its normalised name.

    Raises `Unauthenticated` or `Forbidden`.
    """
    demand_read(reader(index), index, project)
    if openness(index) == PUBLIC:
        mark_public()


def admit_to_all(index: Index) -> None:
    """Let the caller see all names of an index; raises `Unauthenticated` or `Forbidden`."""
    admit(index)
    demand_read_all(reader(index), index)


def admit_preflight() -> None:
    """Let programs in browsers ask what they may ask of an index, if it is public."""
    if request.method == "OPTIONS":
        slug = (request.view_args or {}).get("slug", MAIN)
        if openness(get_index(slug)) == PUBLIC:
            mark_public()
