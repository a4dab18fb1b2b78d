"""Walking through the listings of an index in some order, in stretches of its database index.

A place in the middle of many that are alike, as all projects are that nobody knows to
be used, lies far from where a database would begin to look for it. So those that are
alike are one stretch, in which only their names count, and the others another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db
from app.search.models import Listing
from app.search.turning import Key, Place

Wanted = Select[*tuple[Any, ...]]

_NAME = Listing.normalized_name


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

    @property
    def columns(self) -> tuple[InstrumentedAttribute[Any], ...]:
        """Return the columns that make the key of a listing."""
        return (_NAME,) if self.column is None else (self.column, _NAME)

    def key(self, listing: Listing) -> Key:
        """Return the place of a listing."""
        return tuple(getattr(listing, column.key) for column in self.columns)


@dataclass(frozen=True)
class Stretch:
    """A part of the way, by the conditions for a listing to lie on it."""

    conditions: tuple[ColumnElement[bool], ...]
    are_alike: bool


def list_stretches(order: Order, place: Place) -> list[Stretch]:
    """Return the parts of the way from a place on, the nearest first."""
    column = order.column
    if place.key is None:
        return [Stretch(order.fits, are_alike=column is None)]
    beyond = place.key[-1] > _NAME if place.is_back else place.key[-1] < _NAME
    if column is None:
        return [Stretch((beyond,), are_alike=True)]
    value = place.key[0]
    further = column > value if place.is_back else column < value
    return [
        Stretch((column == value, beyond), are_alike=True),
        Stretch((*order.fits, further), are_alike=False),
    ]


def cut(stretch: Stretch, order: Order, end: Sequence[Any], *, is_back: bool) -> list[Stretch]:
    """Return what a stretch is made of up to a key, without it."""
    nearer = end[-1] < _NAME if is_back else end[-1] > _NAME
    column = order.column
    if stretch.are_alike or column is None:
        return [Stretch((*stretch.conditions, nearer), are_alike=True)]
    before = column < end[0] if is_back else column > end[0]
    return [
        Stretch((*stretch.conditions, before), are_alike=False),
        Stretch((*stretch.conditions, column == end[0], nearer), are_alike=True),
    ]


def walk(wanted: Wanted, index_id: int, order: Order, place: Place, *, limit: int) -> list[Listing]:
    """Return the next listings of an index that a statement selects, from a place on."""
    found: list[Listing] = []
    for stretch in list_stretches(order, place):
        some = go(stretch, wanted, index_id, order, is_back=place.is_back)
        found += db.session.scalars(some.limit(limit - len(found)))
        if len(found) == limit:
            break
    return found


def walk_far(
    wanted: Wanted, index_id: int, order: Order, place: Place, *, limit: int, reach: int
) -> list[Listing] | None:
    """Do the same for a statement that selects few, but give up, with None, after a while.

    So many listings are gone through in each stretch.
    """
    found: list[Listing] = []
    for stretch in list_stretches(order, place):
        keys = go(stretch, select(*order.columns), index_id, order, is_back=place.is_back)
        end = db.session.execute(keys.offset(reach).limit(1)).one_or_none()
        near = [stretch] if end is None else cut(stretch, order, end, is_back=place.is_back)
        for part in near:
            some = go(part, wanted, index_id, order, is_back=place.is_back)
            found += db.session.scalars(some.limit(limit - len(found)))
            if len(found) == limit:
                return found
        if end is not None:
            return None
    return found


def go(stretch: Stretch, wanted: Wanted, index_id: int, order: Order, *, is_back: bool) -> Wanted:
    """Let a statement go through a stretch of the way through an index."""
    on_it = wanted.where(Listing.index_id == index_id, *stretch.conditions)
    if stretch.are_alike or order.column is None:
        return on_it.order_by(_NAME.desc() if is_back else _NAME)
    return sort(on_it, order, is_back=is_back)


def sort(wanted: Wanted, order: Order, *, is_back: bool) -> Wanted:
    """Let a statement give its listings in an order."""
    if order.column is None:
        return wanted.order_by(_NAME.desc() if is_back else _NAME)
    if is_back:
        return wanted.order_by(order.column, _NAME.desc())
    return wanted.order_by(order.column.desc(), _NAME)
