"""Who needs a project: the listed ones whose newest release names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from app.extensions import db
from app.search.facts import NEEDS
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.scopes import Scope
from app.sources.page import ProjectLine

# Where so many have a label, the most popular ones are soon found among all projects.
_MANY = 2_000


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


def list_dependents(
    scope: Scope, normalized_name: str, limit: int, after: Place | None = None
) -> Dependents:
    """Return those who need a project in what a scope may list."""
    label_id, count = _find_label(scope, normalized_name)
    if not count:
        return Dependents()
    rows = _list(scope, label_id, count, limit + 1, after)
    shown = rows[:limit]
    return Dependents(
        lines=scope.lines(shown),
        count=count,
        next=_place(shown[-1]) if len(rows) > limit else None,
    )


def _find_label(scope: Scope, normalized_name: str) -> tuple[int, int]:
    """Return the number of the label, and how many have it."""
    wanted = (
        select(LabelCount.label_id, func.sum(LabelCount.count))
        .join(Label, Label.id == LabelCount.label_id)
        .where(
            Label.kind == NEEDS,
            Label.value == normalized_name,
            LabelCount.index_id.in_(scope.index_ids),
        )
        .group_by(LabelCount.label_id)
    )
    row = db.session.execute(wanted).first()
    return (0, 0) if row is None else (row[0], row[1])


def _list(
    scope: Scope, label_id: int, count: int, limit: int, after: Place | None
) -> Sequence[Listing]:
    find = _among_all if count > _MANY else _among_labelled
    parts = [find(scope, index_id, label_id, limit, after) for index_id in scope.index_ids]
    each = [select(part.subquery()) for part in parts]
    found = aliased(Listing, union_all(*each).subquery())
    wanted = select(found).order_by(found.popularity.desc(), found.normalized_name).limit(limit)
    return db.session.scalars(wanted).all()


def _among_labelled(
    scope: Scope, index_id: int, label_id: int, limit: int, after: Place | None
) -> Select[Any]:
    """Return the statement that goes through all that have the label."""
    labelled = select(ListingLabel.listing_id).where(ListingLabel.label_id == label_id)
    # As a sum, so that the database goes by the label.
    here = (Listing.id.in_(labelled), Listing.index_id + 0 == index_id)
    return _ordered(scope, limit, after).where(*here)


def _among_all(
    scope: Scope, index_id: int, label_id: int, limit: int, after: Place | None
) -> Select[Any]:
    """Return the statement that goes down the list of an index until it has found enough."""
    has_label = exists().where(
        ListingLabel.label_id == label_id, ListingLabel.listing_id == Listing.id
    )
    return _ordered(scope, limit, after).where(Listing.index_id == index_id, has_label)


def _ordered(scope: Scope, limit: int, after: Place | None) -> Select[Any]:
    wanted = select(Listing).where(*scope.fits()).limit(limit)
    if after is not None:
        # The first condition lets the index begin at the place.
        wanted = wanted.where(
            Listing.popularity <= after.popularity,
            or_(
                Listing.popularity < after.popularity,
                and_(
                    Listing.popularity == after.popularity,
                    Listing.normalized_name > after.normalized_name,
                ),
            ),
        )
    return wanted.order_by(Listing.popularity.desc(), Listing.normalized_name)


def _place(listing: Listing) -> Place:
    return Place(listing.popularity, listing.normalized_name)
