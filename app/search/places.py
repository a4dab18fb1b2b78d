"""Finding listed projects by their places among the most popular ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, column, select, union_all

from app.core import clock
from app.core.runtime import part
from app.extensions import db
from app.search.models import Listing
from app.search.scopes import Scope

# Whoever looks far down would go past a million others each time, so it is remembered
# for a while who stands at every so many-th place.
STEP = 5_000
_BELIEVED = timedelta(minutes=10)

# Popularity and normalised name of a listing.
Key = tuple[int, str]
Marks = dict[tuple[int, ...], tuple[datetime, list[Key]]]


def list_at(scope: Scope, passed: int, limit: int) -> list[Listing]:
    """Return the listings in a scope that come behind so many others.

    They are ordered by popularity, and by name where that is the same. What the scope
    has but does not list after all is among them.
    """
    if not scope.indexes:
        # A mirror that is off has no index to walk through.
        return []
    mark = _find_mark(scope, passed)
    if mark is None:
        return []
    ids = [row.id for row in _walk(scope, mark[0], passed - mark[1], limit)]
    listings = db.session.scalars(select(Listing).where(Listing.id.in_(ids)))
    by_id = {listing.id: listing for listing in listings}
    return [by_id[listing_id] for listing_id in ids]


def _find_mark(scope: Scope, passed: int) -> tuple[Key | None, int] | None:
    """Return the last listing known to be passed, and how many are then; None beyond the end."""
    remembered: Marks = part("popular_marks")
    at, known = remembered.get(scope.index_ids, (None, []))
    if at is None or clock.now() - at > _BELIEVED:
        at, known = clock.now(), []
    marks, wanted = list(known), passed // STEP
    while len(marks) < wanted:
        rows = _walk(scope, marks[-1] if marks else None, STEP - 1, 1)
        if not rows:
            break
        marks.append((rows[0].popularity, rows[0].normalized_name))
    remembered[scope.index_ids] = (at, marks)
    if len(marks) < wanted:
        return None
    return (marks[wanted - 1] if wanted else None, wanted * STEP)


def _walk(
    scope: Scope, behind: Key | None, offset: int, limit: int
) -> Sequence[Row[int, int, str]]:
    # Each index is walked through in its own order, and the ways are merged: sorting them
    # all together would take a second.
    key = (Listing.id, Listing.popularity, Listing.normalized_name)
    ways = [select(*key).where(*scope.fits_in(index)) for index in scope.indexes]
    if behind is not None:
        ways = [way.where(further) for way in ways for further in _further(*behind)]
    order: tuple[Any, ...] = (column("popularity").desc(), column("normalized_name"))
    found = union_all(*ways).order_by(*order).offset(offset).limit(limit)
    return db.session.execute(found).all()


def _further(popularity: int, name: str) -> tuple[ColumnElement[bool], ...]:
    # As two ways: in one condition the database would go past all that are alike.
    alike = (Listing.popularity == popularity) & (Listing.normalized_name > name)
    return alike, Listing.popularity < popularity
