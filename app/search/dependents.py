"""Who needs a project, and which of those that it needs are here."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.extensions import db
from app.search.facts import NEEDS
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.scopes import Scope
from app.sources.page import ProjectLine

# Where so many have a label, the most popular ones are soon found among all projects.
_MANY = 2_000
_MOST_STATEMENTS = 64
_statements: dict[tuple[tuple[int, ...], int, bool], Select[*tuple[Any, ...]]] = {}
# A page shows no more of what a project needs.
_MOST_NEEDED = 500
_NEEDED, _DEPENDENT = "needed", "dependent"


@dataclass(frozen=True)
class Place:
    """A place in the list: what stands behind it is less popular, or has a later name."""

    popularity: int
    normalized_name: str


@dataclass(frozen=True, kw_only=True)
class Dependents:
    """Some of those who need a project, the most popular first.

    `count` are all of the indexes in the scope, those included that a rule hides.
    `next` is the place behind which there are more, or None.
    """

    lines: tuple[ProjectLine, ...] = ()
    count: int = 0
    next: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Related:
    """Who needs a project, and the normalised names of those it needs that are listed."""

    dependents: Dependents = Dependents()
    here: frozenset[str] = frozenset()


def list_dependents(
    scope: Scope, normalized_name: str, limit: int, after: Place | None = None
) -> Dependents:
    """Return those who need a project in what a scope may list."""
    return _find(scope, normalized_name, (), limit, after).dependents


def find_related(
    scope: Scope, normalized_name: str, needed: Collection[str], limit: int
) -> Related:
    """Return, by one question, the first who need a project and which of some names are here."""
    return _find(scope, normalized_name, sorted(needed)[:_MOST_NEEDED], limit, None)


def _find(
    scope: Scope, name: str, needed: Sequence[str], limit: int, after: Place | None
) -> Related:
    if not scope.indexes:
        return Related()
    values: dict[str, object] = {"name": name, "needed": list(needed)}
    if after is not None:
        values |= {"popularity": after.popularity, "after": after.normalized_name}
    wanted = _statement(scope, limit + 1, goes_on=after is not None)
    rows = db.session.execute(wanted, values).all()
    shown = scope.lines_fitting(row[0] for row in rows if row.kind == _NEEDED)
    return Related(
        dependents=_dependents(scope, [row for row in rows if row.kind == _DEPENDENT], limit),
        here=frozenset(line.normalized_name for line in shown),
    )


def _statement(scope: Scope, limit: int, *, goes_on: bool) -> Select[*tuple[Any, ...]]:
    """Return the question for some indexes; it is kept, for building it takes 5 ms."""
    key = (scope.index_ids, limit, goes_on)
    statement = _statements.get(key)
    if statement is None:
        if len(_statements) >= _MOST_STATEMENTS:
            _statements.clear()
        statement = _statements[key] = _build(scope, limit, goes_on)
    return statement


def _build(scope: Scope, limit: int, goes_on: bool) -> Select[*tuple[Any, ...]]:
    count = _count(scope)
    parts = [_among_needed(scope), *_among_dependents(scope, count, limit, goes_on)]
    found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    listing = aliased(Listing, found)
    return select(listing, found.c.kind, count).order_by(
        listing.popularity.desc(), listing.normalized_name
    )


def _dependents(scope: Scope, rows: Sequence[Any], limit: int) -> Dependents:
    if not rows:
        return Dependents()
    listings = [row[0] for row in rows[:limit]]
    last = Place(listings[-1].popularity, listings[-1].normalized_name)
    return Dependents(
        lines=scope.lines_fitting(listings),
        count=rows[0][2],
        next=last if len(rows) > limit else None,
    )


def _count(scope: Scope) -> ColumnElement[int]:
    """Return how many need a project, as a value that the database finds out once."""
    counts = select(func.coalesce(func.sum(LabelCount.count), 0)).where(
        LabelCount.label_id == _label(), LabelCount.index_id.in_(scope.index_ids)
    )
    return counts.scalar_subquery()


def _label() -> ColumnElement[int]:
    wanted = select(Label.id).where(Label.kind == NEEDS, Label.value == bindparam("name"))
    return wanted.scalar_subquery()


def _among_needed(scope: Scope) -> Select[*tuple[Any, ...]]:
    is_needed = Listing.normalized_name.in_(bindparam("needed", expanding=True))
    return select(Listing, literal(_NEEDED).label("kind")).where(is_needed, *scope.fits())


def _among_dependents(
    scope: Scope, count: ColumnElement[int], limit: int, goes_on: bool
) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield a statement for each index and each of two ways, of which the count chooses one."""
    label = _label()
    labelled = select(ListingLabel.listing_id).where(ListingLabel.label_id == label)
    has_label = exists().where(
        ListingLabel.label_id == label, ListingLabel.listing_id == Listing.id
    )
    for index_id in scope.index_ids:
        wanted = _ordered(scope, limit, goes_on)
        # As a sum, so that the database goes by the label and sorts those that have it.
        few = (Listing.id.in_(labelled), Listing.index_id + 0 == index_id)
        yield wanted.where(count <= _MANY, *few)
        # Down the list of an index, until there are enough.
        yield wanted.where(count > _MANY, Listing.index_id == index_id, has_label)


def _ordered(scope: Scope, limit: int, goes_on: bool) -> Select[*tuple[Any, ...]]:
    wanted = select(Listing, literal(_DEPENDENT).label("kind")).where(*scope.fits()).limit(limit)
    if goes_on:
        popularity = bindparam("popularity", type_=Integer)
        # The first condition lets the index begin at the place.
        wanted = wanted.where(
            Listing.popularity <= popularity,
            or_(
                Listing.popularity < popularity,
                and_(
                    Listing.popularity == popularity,
                    Listing.normalized_name > bindparam("after"),
                ),
            ),
        )
    return wanted.order_by(Listing.popularity.desc(), Listing.normalized_name)
