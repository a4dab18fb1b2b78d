"""Comparing what searches know with what it is made from, and setting single things right."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from app.core.database import add_unless_there
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import HOSTED
from app.projects.models import Project, Release
from app.projects.services import QUARANTINED
from app.search.backends import the_backend
from app.search.entries import key_of, write_entries
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.own import relist

MISSING, NEEDLESS, DIFFERENT, WORDLESS = "missing", "needless", "different", "wordless"
# So many wrong counts are told at once.
MOST = 1_000


class Fault(NamedTuple):
    """A listing that is not as it should be: MISSING, NEEDLESS, DIFFERENT or WORDLESS."""

    state: str
    index_id: int
    normalized_name: str


class Miscount(NamedTuple):
    """A label whose number of listed projects in an index is wrong."""

    index_id: int
    label_id: int
    kind: str
    value: str


def last_project() -> int:
    """Return the greatest number of a project."""
    return db.session.scalar(select(func.max(Project.id))) or 0


def last_listing() -> int:
    """Return the greatest number of a listing."""
    return db.session.scalar(select(func.max(Listing.id))) or 0


def list_project_faults(begin: int, end: int) -> list[Fault]:
    """Return the projects, from one number up to another, that are not listed as they are."""
    is_shown = and_(
        Project.removed_at.is_(None), Project.status != QUARANTINED, Release.id.is_not(None)
    )
    differs = or_(
        Listing.version.is_distinct_from(Release.version),
        func.coalesce(Listing.summary, "") != Release.summary,
        Listing.is_yanked != Release.yanked_at.is_not(None),
        Listing.updated_at.is_distinct_from(Release.published_at),
    )
    same_name = Listing.normalized_name == Project.normalized_name
    listed = and_(Listing.index_id == Project.index_id, same_name)
    wanted = (
        select(
            Project.index_id,
            Project.normalized_name,
            is_shown.label("is_shown"),
            Listing.id.is_not(None).label("is_listed"),
        )
        .outerjoin(Release, Release.id == Project.latest_release_id)
        .outerjoin(Listing, listed)
        .where(Project.id >= begin, Project.id < end)
        .where(or_(is_shown != Listing.id.is_not(None), and_(is_shown, differs)))
        .order_by(Project.id)
    )
    return [
        Fault(_state(row.is_shown, row.is_listed), row.index_id, row.normalized_name)
        for row in db.session.execute(wanted)
    ]


def list_listing_faults(begin: int, end: int) -> list[Fault]:
    """Return the listings, from one number up to another, without a project or without words."""
    here = (Listing.id >= begin, Listing.id < end)
    same_name = Project.normalized_name == Listing.normalized_name
    project = select(Project.id).where(Project.index_id == Listing.index_id, same_name)
    lost = (
        select(Listing.index_id, Listing.normalized_name)
        .join(Index, Index.id == Listing.index_id)
        .where(*here, Index.kind == HOSTED, ~project.exists())
    )
    listings = db.session.scalars(select(Listing).where(*here).order_by(Listing.id)).all()
    known = the_backend().known([key_of(listing) for listing in listings])
    return [
        *(Fault(NEEDLESS, *row) for row in db.session.execute(lost)),
        *(
            Fault(WORDLESS, listing.index_id, listing.normalized_name)
            for listing in listings
            if listing.id not in known
        ),
    ]


def list_anew(index_id: int, normalized_name: str) -> None:
    """List a project as it is; of one of an upstream, only the words are written anew."""
    if db.session.get_one(Index, index_id).kind == HOSTED:
        relist(index_id, normalized_name)
        return
    wanted = select(Listing).where(
        Listing.index_id == index_id, Listing.normalized_name == normalized_name
    )
    write_entries(db.session.scalars(wanted).all())


def list_miscounted() -> list[Miscount]:
    """Return labels that are counted wrong, MOST at once."""
    here = select(
        Listing.index_id.label("index_id"),
        ListingLabel.label_id.label("label_id"),
        func.count().label("count"),
    )
    here = here.join(Listing, Listing.id == ListingLabel.listing_id)
    counted = here.group_by(Listing.index_id, ListingLabel.label_id).subquery()
    same = and_(
        LabelCount.index_id == counted.c.index_id, LabelCount.label_id == counted.c.label_id
    )
    lacking = (
        select(counted.c.index_id, counted.c.label_id)
        .outerjoin(LabelCount, same)
        .where(LabelCount.count.is_distinct_from(counted.c["count"]))
    )
    left = (
        select(LabelCount.index_id, LabelCount.label_id)
        .outerjoin(counted, same)
        .where(LabelCount.count != 0, counted.c.label_id.is_(None))
    )
    both = lacking.union(left).subquery()
    wanted = (
        select(both.c.index_id, Label.id, Label.kind, Label.value)
        .join(Label, Label.id == both.c.label_id)
        .order_by(both.c.index_id, Label.id)
        .limit(MOST)
    )
    return [Miscount(*row) for row in db.session.execute(wanted)]


def recount_label(index_id: int, label_id: int) -> None:
    """Count how many listed projects of an index have a label."""
    kind = db.session.get_one(Label, label_id).kind
    add_unless_there(LabelCount, index_id=index_id, label_id=label_id, kind=kind, count=0)
    count = select(func.count()).select_from(ListingLabel)
    count = count.join(Listing, Listing.id == ListingLabel.listing_id)
    own = count.where(Listing.index_id == index_id, ListingLabel.label_id == label_id)
    row = db.session.get_one(LabelCount, (label_id, index_id), with_for_update=True)
    row.count = db.session.scalar(own) or 0


def _state(is_shown: bool, is_listed: bool) -> str:
    if is_shown:
        return DIFFERENT if is_listed else MISSING
    return NEEDLESS


def list_strays() -> Sequence[int]:
    """Return some of the numbers of words that belong to nothing that is listed."""
    return next((found for found in the_backend().strays(MOST) if found), ())
