"""Bringing popularities up to date: by what was downloaded from here, and by ranks."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select, update

from app.core.database import release_connection, transaction
from app.extensions import db
from app.indexes.models import Index
from app.search.backends import the_backend
from app.search.backends.base import Key, Move
from app.search.models import Listing
from app.search.popularity import DAYS, popularity_of
from app.stats.queries import list_popular_downloads

# So many are looked at, and written, at once.
BATCH = 2_000

_COLUMNS = (
    Listing.id,
    Listing.index_id,
    Listing.normalized_name,
    Listing.rank,
    Listing.downloads,
    Listing.popularity,
)


def refresh_popularity() -> int:
    """Give all listed projects the popularity that they have today; return how many changed."""
    changed = 0
    used: set[int] = set()
    for slug, counts in _downloads():
        with transaction():
            rows = db.session.execute(_rows(slug, counts)).all()
            changed += _write(rows, {row.id: counts[row.normalized_name] for row in rows})
        used |= {row.id for row in rows}
    for numbers in _measured():
        with transaction():
            fits = the_backend().among(Listing.id.expression, numbers - used)
            rows = db.session.execute(select(*_COLUMNS).where(fits)).all()
            changed += _write(rows, {})
    return changed


def _downloads() -> Iterator[tuple[str, dict[str, int]]]:
    """Yield slugs of indexes with counts of downloads by names of projects, in parts."""
    behind = ("", "")
    while counts := list_popular_downloads(days=DAYS, behind=behind, limit=BATCH):
        behind = (counts[-1].index_slug, counts[-1].project)
        release_connection()
        for slug, found in groupby(counts, attrgetter("index_slug")):
            yield slug, {each.project: each.count for each in found}


def _measured() -> Iterator[set[int]]:
    """Yield the numbers of projects that have any popularity, in parts."""
    last = 0
    has_some = Listing.rank.is_not(None) | (Listing.downloads > 0) | (Listing.popularity > 0)
    while True:
        wanted = select(Listing.id).where(Listing.id > last, has_some)
        numbers = list(db.session.scalars(wanted.order_by(Listing.id).limit(BATCH)))
        release_connection()
        if not numbers:
            return
        last = numbers[-1]
        yield set(numbers)


def _rows(slug: str, names: Mapping[str, int]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Index, Index.id == Listing.index_id)
        .where(Index.slug == slug, Listing.normalized_name.in_(names))
    )


def _write(rows: Sequence[Row[*tuple[Any, ...]]], downloads: Mapping[int, int]) -> int:
    """Write what has changed of some projects, whose downloads are given by their numbers."""
    values, moves = [], []
    for row in rows:
        count = downloads.get(row.id, 0)
        popularity = popularity_of(row.rank, count)
        if (count, popularity) != (row.downloads, row.popularity):
            values.append({"id": row.id, "downloads": count, "popularity": popularity})
            moves.append(Move(Key(row.index_id, row.id, row.popularity), popularity))
    if values:
        db.session.execute(update(Listing), values)
        the_backend().move(moves)
    return len(values)
