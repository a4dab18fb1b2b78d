"""What is new in the catalogue and in what is known of upstreams, the newest first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select

from app.core import clock
from app.extensions import db
from app.projects.models import File, Project, Release
from app.search.models import Listing
from app.sources.statements import QUARANTINED

# An index with no more projects is read by them, others by the newest releases of all.
_FEW_PROJECTS = 2_000

# A release whose files are all in quarantine is none to send anybody to.
_HAS_FILE = exists().where(
    File.release_id == Release.id, File.removed_at.is_(None), File.quarantined_at.is_(None)
)
_IS_SHOWN = (Project.removed_at.is_(None), Project.status != QUARANTINED)


def list_releases(index_ids: Collection[int], offset: int, limit: int) -> list[Row[Any]]:
    """Return releases that were published in some indexes; yanked ones are no news."""
    project = (Project.index_id, Project.name, Project.normalized_name)
    told = (Release.version, Release.summary, Release.author, Release.author_email)
    wanted = (
        select(*project, *told, Release.published_at)
        .join(Release, Release.project_id == Project.id)
        .where(
            _place(index_ids).in_(index_ids),
            _HAS_FILE,
            Release.removed_at.is_(None),
            Release.yanked_at.is_(None),
            *_IS_SHOWN,
        )
        .order_by(Release.published_at.desc(), Release.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def list_updated(index_id: int, offset: int, limit: int) -> list[Row[Any]]:
    """Return listed projects of an index by the times of the releases that they are listed with."""
    return _list_listed(index_id, Listing.updated_at, offset, limit)


def list_created(index_id: int, offset: int, limit: int) -> list[Row[Any]]:
    """Return listed projects of an index by the times of their first releases."""
    return _list_listed(index_id, Listing.created_at, offset, limit)


def list_fitting(conditions: Collection[Any], names: Collection[str]) -> set[tuple[int, str]]:
    """Return those of some normalised names for which conditions hold, with their indexes."""
    wanted = select(Listing.index_id, Listing.normalized_name).where(
        *conditions, Listing.normalized_name.in_(names)
    )
    return {(row.index_id, row.normalized_name) for row in db.session.execute(wanted)}


def find_last_change(index_ids: Collection[int]) -> datetime | None:
    """Return when anything in some indexes was changed last, or None if nothing ever was."""
    wanted = select(Project.updated_at).where(_place(index_ids).in_(index_ids))
    return db.session.scalar(wanted.order_by(Project.updated_at.desc()).limit(1))


def _list_listed(index_id: int, moment: Any, offset: int, limit: int) -> list[Row[Any]]:
    wanted = (
        select(
            Listing.index_id,
            Listing.name,
            Listing.normalized_name,
            Listing.version,
            Listing.summary,
            Listing.updated_at,
            moment.label("moment"),
        )
        .where(
            Listing.index_id == index_id,
            # Upstreams may name any time at all.
            moment <= clock.now(),
            Listing.is_yanked.is_(False),
            Listing.version.is_not(None),
            Listing.updated_at.is_not(None),
        )
        .order_by(moment.desc(), Listing.normalized_name)
        .offset(offset)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def _place(index_ids: Collection[int]) -> ColumnElement[int]:
    """Return the number of a project's index, so that statements go the shorter way.

    As a sum it has no key, so the database goes by time until it has enough, and
    would go through everything for an index with next to nothing.
    """
    some = select(Project.id).where(Project.index_id.in_(index_ids)).limit(_FEW_PROJECTS + 1)
    count = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return Project.index_id + 0 if count > _FEW_PROJECTS else Project.index_id.expression
