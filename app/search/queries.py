"""Reading which projects are listed."""

from collections.abc import Collection

from sqlalchemy import func, select

from app.extensions import db
from app.search.models import Listing


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
