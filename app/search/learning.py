"""Learning of many projects at once what a list tells of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select, update

from app.core.database import add_all_unless_there
from app.extensions import db
from app.projects.names import normalise
from app.search.backends import the_backend
from app.search.backends.base import Key, Move
from app.search.entries import write_entries, write_new_entries
from app.search.models import Listing
from app.search.popular import ranks
from app.search.popularity import popularity_of
from app.search.terms import plain

_COLUMNS = (
    Listing.id,
    Listing.normalized_name,
    Listing.version,
    Listing.summary,
    Listing.rank,
    Listing.downloads,
    Listing.popularity,
    Listing.updated_at,
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a list tells of a project; an empty version or summary says that it does not know."""

    name: str
    version: str = ""
    summary: str = ""
    rank: int | None = None

    @cached_property
    def normalized_name(self) -> str:
        """Return the name by which it is known."""
        return normalise(self.name)


@dataclass(frozen=True)
class News:
    """What a list has that is not known yet: new projects, and changed ones by their numbers."""

    new: dict[str, Told]
    changed: dict[int, dict[str, Any]]
    moves: tuple[Move, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether all is known."""
        return not self.new and not self.changed


def compare(index_id: int, told: Sequence[Told], *, with_ranks: bool) -> News:
    """Return what an index does not know yet of what a list tells; names come sorted, each once.

    Ranks are left as they are unless the list has them.
    """
    rows = {row.normalized_name: row for row in _known(index_id, told)}
    new, changed, moves = {}, {}, []
    for each in told:
        row = rows.get(each.normalized_name)
        if row is None:
            new[each.normalized_name] = each
            continue
        values = dict(_differences(row, each, with_ranks=with_ranks))
        if values:
            changed[row.id] = values
        if "popularity" in values:
            key = Key(index_id, row.id, row.popularity)
            moves.append(Move(key, values["popularity"]))
    return News(new, changed, tuple(moves))


def learn(index_id: int, news: News, *, with_ranks: bool) -> None:
    """Write down what is new, inside a transaction."""
    rows = [_row(index_id, each, with_ranks=with_ranks) for each in news.new.values()]
    add_all_unless_there(Listing, rows)
    if news.changed:
        values = [{"id": number} | changed for number, changed in news.changed.items()]
        db.session.execute(update(Listing), values)
        the_backend().move(news.moves)
    write_new_entries(index_id, news.new)
    write_entries(_reworded(news))


def _known(index_id: int, told: Sequence[Told]) -> Sequence[Row[*tuple[Any, ...]]]:
    if not told:
        return []
    name = Listing.normalized_name
    first, last = told[0].normalized_name, told[-1].normalized_name
    wanted = select(*_COLUMNS).where(Listing.index_id == index_id, name >= first, name <= last)
    return db.session.execute(wanted).all()


def _differences(
    row: Row[*tuple[Any, ...]], told: Told, *, with_ranks: bool
) -> Iterator[tuple[str, Any]]:
    # Where somebody has read the release itself, no list knows better.
    if row.updated_at is None:
        if told.version and told.version != row.version:
            yield "version", told.version
        if told.summary and told.summary != row.summary:
            yield "summary", told.summary
    if with_ranks and told.rank != row.rank:
        yield "rank", told.rank
        popularity = popularity_of(told.rank, row.downloads)
        if popularity != row.popularity:
            yield "popularity", popularity


def _reworded(news: News) -> Sequence[Listing]:
    numbers = [number for number, values in news.changed.items() if "summary" in values]
    if not numbers:
        return []
    wanted = select(Listing).where(the_backend().among(Listing.id.expression, numbers))
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _row(index_id: int, told: Told, *, with_ranks: bool) -> dict[str, Any]:
    rank = told.rank if with_ranks else ranks().get(told.normalized_name)
    return {
        "index_id": index_id,
        "normalized_name": told.normalized_name,
        "name": told.name,
        "plain_name": plain(told.normalized_name),
        "version": told.version or None,
        "summary": told.summary or None,
        "rank": rank,
        "popularity": popularity_of(rank),
    }
