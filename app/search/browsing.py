"""Going through the listed projects of an index: all of them, or those with a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import and_, exists, func, or_, select, true

from app.extensions import db
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.scopes import Scope
from app.search.turning import PAGE_SIZE, Key, Place, turn
from app.search.walking import Order, list_stretches, sort, walk, walk_far
from app.sources.page import ProjectLine

# So many listings with a label are sorted in a moment.
_FEW = 5_000
# So many listings are gone through in search of those with a label.
_REACH = 20_000
# Up to so many it is worth while to count those that are shown, one by one.
_COUNTED = 1_000


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
    """Some projects, or releases of them, and the keys by which one turns the page."""

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
    return walk(select(Listing).where(*scope.fits()), index_id, order, place, limit=limit)


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
        has_it = exists().where(
            ListingLabel.label_id == label.label_id, ListingLabel.listing_id == Listing.id
        )
        wanted = select(Listing).where(has_it, *scope.fits())
        met = walk_far(wanted, index_id, order, place, limit=limit, reach=_REACH)
        if met is not None:
            return met
    return _sort_labelled(scope, index_id, order, label, place, limit)


def _sort_labelled(
    scope: Scope, index_id: int, order: Order, label: Labelled, place: Place, limit: int
) -> Sequence[Listing]:
    has_it = select(ListingLabel.listing_id).where(ListingLabel.label_id == label.label_id)
    ways = (and_(true(), *stretch.conditions) for stretch in list_stretches(order, place))
    wanted = select(Listing).where(
        Listing.id.in_(has_it),
        # As a sum it is no reason for the database to go through the index of this order.
        Listing.index_id + 0 == index_id,
        or_(*ways),
        *scope.keeps(),
    )
    return db.session.scalars(sort(wanted, order, is_back=place.is_back).limit(limit)).all()
