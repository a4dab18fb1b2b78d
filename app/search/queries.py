"""Reading names: those that are known of upstreams, and finding projects by them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from app.extensions import db
from app.projects.names import normalise
from app.search.models import Listing

# Stands behind every normalised name, and sorts behind all that one can hold.
_END = "~"
# No database looks for a NUL.
_SPACES = re.compile(r"[\s\0]+")


def find_known(index_id: int, normalized_name: str) -> Listing | None:
    """Return what an index knows of a project, or None."""
    wanted = select(Listing).where(
        Listing.index_id == index_id, Listing.normalized_name == normalized_name
    )
    return db.session.scalars(wanted).one_or_none()


def list_known(index_id: int, names: Collection[str]) -> set[str]:
    """Return those of some normalised names that an index knows."""
    known = Listing.normalized_name
    wanted = select(known).where(Listing.index_id == index_id, known.in_(names))
    return set(db.session.scalars(wanted))


def list_listings(index_id: int, names: Collection[str]) -> list[Listing]:
    """Return what an index knows of some projects, by their normalised names."""
    if not names:
        return []
    wanted = select(Listing).where(Listing.index_id == index_id, Listing.normalized_name.in_(names))
    return list(db.session.scalars(wanted.order_by(Listing.id)))


def list_between(index_id: int, begin: str, end: str) -> set[str]:
    """Return the normalised names that an index knows, from one up to, without, another."""
    known = Listing.normalized_name
    wanted = select(known).where(Listing.index_id == index_id, known >= begin, known < end)
    return set(db.session.scalars(wanted))


def count_known(index_id: int) -> int:
    """Count the projects that an index knows."""
    wanted = select(func.count()).select_from(Listing).where(Listing.index_id == index_id)
    return db.session.scalar(wanted) or 0


def list_rows(index_ids: Collection[int], names: Collection[str]) -> dict[str, Listing]:
    """Return what the first of some indexes that knows a name knows of it, by names."""
    wanted = select(Listing).where(
        Listing.index_id.in_(index_ids), Listing.normalized_name.in_(names)
    )
    places = {index_id: place for place, index_id in enumerate(index_ids)}
    rows = sorted(db.session.scalars(wanted), key=lambda row: places[row.index_id], reverse=True)
    return {row.normalized_name: row for row in rows}


def word_of(text: str) -> str:
    """Return what is looked for in normalised names when somebody types a text."""
    return normalise("-".join(part for part in _SPACES.split(text) if part))


@dataclass(frozen=True)
class Alike:
    """Normalised names that are like a word; `is_all` tells whether there are no others."""

    names: list[str]
    is_all: bool


def list_like(index_id: int, word: str, *, needed: int, limit: int) -> Alike:
    """Return names that an index knows and that are like a word, `limit` of them at most.

    The name itself comes first, then those that begin with it, then those that
    hold it; popular ones before others. To find the last ones takes a look at all
    names, so nobody looks for them once the others are as many as are needed.
    """
    found = dict.fromkeys(_names(index_id, Listing.normalized_name == word, 1))
    for step in (_popular_beginnings, _beginnings, _popular_holders, _holders):
        if step in {_popular_holders, _holders} and len(found) >= needed:
            return Alike(list(found), is_all=False)
        found.update(dict.fromkeys(step(index_id, word, limit)))
    return Alike(list(found)[:limit], is_all=len(found) < limit)


def _popular_beginnings(index_id: int, word: str, limit: int) -> Iterable[str]:
    return _popular(index_id, Listing.normalized_name.startswith(word, autoescape=True), limit)


def _popular_holders(index_id: int, word: str, limit: int) -> Iterable[str]:
    return _popular(index_id, _holds(word), limit)


def _beginnings(index_id: int, word: str, limit: int) -> Iterable[str]:
    known = Listing.normalized_name
    return _names(index_id, (known >= word) & (known < word + _END), limit)


def _holders(index_id: int, word: str, limit: int) -> Iterable[str]:
    return _names(index_id, _holds(word), limit)


def _holds(word: str) -> ColumnElement[bool]:
    return Listing.normalized_name.contains(word, autoescape=True)


def _names(index_id: int, fits: ColumnElement[bool], limit: int) -> Iterable[str]:
    known = Listing.normalized_name
    wanted = select(known).where(Listing.index_id == index_id, fits).order_by(known).limit(limit)
    return db.session.scalars(wanted)


def _popular(index_id: int, fits: ColumnElement[bool], limit: int) -> Iterable[str]:
    wanted = (
        select(Listing.normalized_name)
        # As a sum, so that the database goes by the few that have a rank.
        .where(Listing.rank.is_not(None), Listing.index_id + 0 == index_id, fits)
        .order_by(Listing.rank)
        .limit(limit)
    )
    return db.session.scalars(wanted)
