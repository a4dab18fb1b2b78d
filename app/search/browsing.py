"""Going through the listed projects of an index: all of them, or those with a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.scopes import Scope
from app.search.turning import PAGE_SIZE, Key, Place, turn
from app.sources.page import ProjectLine

# So many listings with a label are sorted in a moment.
_FEW = 10_000
# So many listings are gone through in search of those with a label.
_REACH = 30_000
# Up to so many it is worth while to count those that are shown, one by one.
_COUNTED = 1_000


@dataclass(frozen=True)
class Order:
    """How listings follow one another: by a column, the greatest first, or by name alone.

    Those without a value are left out, and those with one below `least`.
    """

    column: InstrumentedAttribute[Any] | None = None
    least: int | None = None

    @property
    def fits(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions for a listing to have a place in this order."""
        if self.column is None:
            return ()
        if self.least is None:
            return (self.column.is_not(None),)
        return (self.column >= self.least,)

    def key(self, listing: Listing) -> Key:
        """Return the place of a listing."""
        if self.column is None:
            return (listing.normalized_name,)
        return (getattr(listing, self.column.key), listing.normalized_name)


NAME = Order()
POPULAR = Order(Listing.popularity)
# Without those of which nobody knows whether they are used at all.
USED = Order(Listing.popularity, least=1)
NEWEST = Order(Listing.updated_at)
CREATED = Order(Listing.created_at)


@dataclass(frozen=True)
class Listed:
    """A listing at its place."""

    key: Key
    listing: Listing

    @property
    def name(self) -> str:
        """Return the normalised name of the project."""
        return self.listing.normalized_name


@dataclass(frozen=True)
class Labelled:
    """A label, and how many listings of each index have it."""

    label_id: int
    kind: str
    value: str
    counts: dict[int, int]

    @property
    def total(self) -> int:
        """Return how many listings have it, those that are hidden by others included."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class ProjectPage:
    """Some projects, and the keys by which one turns the page."""

    lines: tuple[ProjectLine, ...]
    before: Key | None
    after: Key | None


def list_projects(
    scope: Scope,
    order: Order,
    place: Place,
    *,
    label: Labelled | None = None,
    size: int = PAGE_SIZE,
) -> ProjectPage:
    """Return a page of the projects in a scope, or of those with a label."""
    page = turn(partial(_read, scope, order, label), place, scope.listed, size=size)
    lines = tuple(scope.line(row.listing) for row in page.rows)
    return ProjectPage(lines, page.before, page.after)


def find_label(scope: Scope, kind: str, value: str) -> Labelled | None:
    """Return a label that some listing in a scope has, or None."""
    wanted = (
        select(Label.id, LabelCount.index_id, LabelCount.count)
        .join(LabelCount, LabelCount.label_id == Label.id)
        .where(
            Label.kind == kind,
            Label.value == value,
            LabelCount.index_id.in_(scope.index_ids),
            LabelCount.count > 0,
        )
    )
    rows = db.session.execute(wanted).all()
    if not rows:
        return None
    counts = {index_id: int(count) for _label_id, index_id, count in rows}
    return Labelled(rows[0].id, kind, value, counts)


def count_labelled(scope: Scope, label: Labelled) -> int:
    """Count the projects in a scope that have a label; many are counted roughly.

    A project that is in two indexes is listed once, but each index counts it.
    """
    if len(scope.indexes) < 2 or label.total > _COUNTED:
        return label.total
    return count_each(scope, [label.label_id]).get(label.label_id, 0)


def count_each(scope: Scope, label_ids: Sequence[int]) -> dict[int, int]:
    """Count the projects in a scope by label, one by one; those without any are left out."""
    counted = (
        select(ListingLabel.label_id, func.count())
        .join(Listing, Listing.id == ListingLabel.listing_id)
        .where(ListingLabel.label_id.in_(label_ids), *scope.fits())
        .group_by(ListingLabel.label_id)
    )
    return {label_id: int(count) for label_id, count in db.session.execute(counted)}


def walk(
    wanted: Select[*tuple[Any, ...]],
    index_id: int,
    order: Order,
    place: Place,
    *,
    is_sorted: bool = False,
) -> Select[*tuple[Any, ...]]:
    """Let a statement go through the listings of an index in order, from a place on.

    `is_sorted` says that all of them shall be found first, and sorted then.
    """
    # As a sum it is no reason for the database to go through the index of this order.
    index = Listing.index_id + 0 if is_sorted else Listing.index_id
    wanted = wanted.where(index == index_id, *_behind(order, place))
    name = Listing.normalized_name
    if order.column is None:
        return wanted.order_by(name.desc() if place.is_back else name)
    if place.is_back:
        return wanted.order_by(order.column, name.desc())
    return wanted.order_by(order.column.desc(), name)


def _read(
    scope: Scope, order: Order, label: Labelled | None, place: Place, limit: int
) -> list[Listed]:
    """Return the next listings of all indexes, which are walked through one by one."""
    found: list[Listed] = []
    for index_id in scope.index_ids:
        if label is None:
            listings = _list_here(scope, index_id, order, place, limit)
        else:
            listings = _list_labelled(scope, index_id, order, label, place, limit)
        found += [Listed(order.key(listing), listing) for listing in listings]
    # By name first, and then, stably, by what is greatest.
    found.sort(key=lambda row: row.key[-1], reverse=place.is_back)
    if order.column is not None:
        found.sort(key=lambda row: row.key[0], reverse=not place.is_back)
    return found[:limit]


def _list_here(
    scope: Scope, index_id: int, order: Order, place: Place, limit: int
) -> Sequence[Listing]:
    wanted = walk(select(Listing), index_id, order, place).where(*scope.fits()).limit(limit)
    return db.session.scalars(wanted).all()


def _list_labelled(
    scope: Scope, index_id: int, order: Order, label: Labelled, place: Place, limit: int
) -> Sequence[Listing]:
    """Return the next listings of an index with a label.

    When few have it, all of them are sorted. When many have it they are met on the
    way through the index, unless they all lie together somewhere behind.
    """
    count = label.counts.get(index_id, 0)
    if not count:
        return ()
    if count > _FEW:
        met = _meet(scope, index_id, order, label, place, limit)
        if met is not None:
            return met
    has_it = select(ListingLabel.listing_id).where(ListingLabel.label_id == label.label_id)
    wanted = walk(select(Listing), index_id, order, place, is_sorted=True)
    wanted = wanted.where(Listing.id.in_(has_it), *scope.fits()).limit(limit)
    return db.session.scalars(wanted).all()


def _meet(
    scope: Scope, index_id: int, order: Order, label: Labelled, place: Place, limit: int
) -> Sequence[Listing] | None:
    """Return listings with a label that are met within reach, or None if they are too few."""
    columns = [Listing.normalized_name]
    if order.column is not None:
        columns.insert(0, order.column)
    reach = walk(select(*columns), index_id, order, place).offset(_REACH).limit(1)
    end = db.session.execute(reach).one_or_none()
    has_it = exists().where(
        ListingLabel.label_id == label.label_id, ListingLabel.listing_id == Listing.id
    )
    wanted = walk(select(Listing), index_id, order, place).where(has_it, *scope.fits())
    if end is not None:
        # A walk back from the end comes from there to here.
        wanted = wanted.where(*_behind(order, Place(tuple(end), not place.is_back)))
    met = db.session.scalars(wanted.limit(limit)).all()
    return met if len(met) == limit or end is None else None


def _behind(order: Order, place: Place) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for a listing to lie behind a place, or before it."""
    name = Listing.normalized_name
    column = order.column
    if place.key is None:
        return order.fits
    beyond = name < place.key[-1] if place.is_back else name > place.key[-1]
    if column is None:
        return (beyond,)
    value = place.key[0]
    if place.is_back:
        return (column >= value, (column > value) | beyond)
    return (*order.fits, column <= value, (column < value) | beyond)
