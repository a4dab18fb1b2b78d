"""Making anew all that searches know, while they go on.

Every step is a short transaction that reads what is true and writes it in place of
what was there. So nothing that changes meanwhile is lost, and it can be ended at any
moment and begun again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, literal, select

from app.core.database import release_connection, transaction
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import MIRROR, list_indexes
from app.search.backends import the_backend
from app.search.entries import write_entries
from app.search.listers import list_listers
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.usage import refresh_popularity

# To list a project anew takes a dozen statements, to write its words one.
_RELISTED, _WRITTEN = 20, 2_000

# Shows how far the steps of a part are.
Follow = Callable[[Sequence[int], str], Iterable[int]]


@dataclass
class Rebuilt:
    """What a rebuilding came to."""

    listed: int = 0
    forgotten: int = 0


def rebuild(follow: Follow = lambda steps, _label: steps) -> Rebuilt:
    """List all projects anew, with their words, labels, counts and popularities."""
    rebuilt = Rebuilt()
    for lister in list_listers():
        for begin in follow(_steps(lister.last(), _RELISTED), lister.label):
            with transaction():
                lister.relist(begin, begin + _RELISTED)
    for begin in follow(_steps(_last_listing(), _WRITTEN), "Words of upstreams' projects"):
        _write_words(begin, begin + _WRITTEN)
    indexes = [index.id for index in list_indexes()]
    for index_id in follow(indexes, "Labels"):
        with transaction():
            _count_labels(index_id)
    refresh_popularity()
    rebuilt.forgotten = sweep()
    rebuilt.listed = db.session.scalar(select(func.count()).select_from(Listing)) or 0
    release_connection()
    return rebuilt


def sweep() -> int:
    """Forget the words of projects that are listed no more; return of how many."""
    count = 0
    strays = the_backend().strays(_WRITTEN)
    for part in strays:
        release_connection()
        if part:
            with transaction():
                count += the_backend().drop_strays(part)
    return count


def _steps(last: int, size: int) -> Sequence[int]:
    release_connection()
    return range(1, last + 1, size)


def _last_listing() -> int:
    return db.session.scalar(select(func.max(Listing.id))) or 0


def _write_words(begin: int, end: int) -> None:
    """Write the words of those who have no lister that knows more."""
    wanted = (
        select(Listing)
        .join(Index, Index.id == Listing.index_id)
        .where(Listing.id >= begin, Listing.id < end, Index.kind == MIRROR)
        .order_by(Listing.id)
    )
    with transaction():
        write_entries(db.session.scalars(wanted).all())
    release_connection()


def _count_labels(index_id: int) -> None:
    counted = (
        select(Label.id, literal(index_id), Label.kind, func.count())
        .join(ListingLabel, ListingLabel.label_id == Label.id)
        .join(Listing, Listing.id == ListingLabel.listing_id)
        .where(Listing.index_id == index_id)
        .group_by(Label.id, Label.kind)
    )
    columns = ("label_id", "index_id", "kind", "count")
    db.session.execute(delete(LabelCount).where(LabelCount.index_id == index_id))
    db.session.execute(insert(LabelCount).from_select(columns, counted))
