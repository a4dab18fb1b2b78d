"""How much indexes hold: kept with every change, so that no page counts a million rows."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ScalarSelect, case, func, null, or_, select, update

from app.core.database import add_unless_there, before_commit, end_reading, transaction
from app.core.jobs import daily
from app.extensions import db
from app.indexes.queries import HOSTED, find_index
from app.projects.events import PageChanged
from app.projects.models import File, IndexTotal, Project, Release
from app.projects.services import QUARANTINED

_FIELDS = ("projects", "releases", "files")


@dataclass(frozen=True)
class Counts:
    """How much there is."""

    projects: int = 0
    releases: int = 0
    files: int = 0


def find_totals(index_ids: Collection[int]) -> Counts:
    """Return what some indexes show of their own, all together."""
    sums = (func.coalesce(func.sum(getattr(IndexTotal, field)), 0) for field in _FIELDS)
    wanted = select(*sums).where(IndexTotal.index_id.in_(index_ids))
    return Counts(*map(int, db.session.execute(wanted).one()))


def note_change(event: PageChanged) -> None:
    """Count one of our projects anew at the end of the transaction that changes it."""
    index = find_index(event.index_slug)
    if index is not None and index.kind == HOSTED:
        step = partial(recount, index.id, event.project)
        before_commit(("total", index.id, event.project), step)


def recount(index_id: int, normalized_name: str) -> None:
    """Count what is shown of a project, and let its index hold that much more or less."""
    kept = select(Project.id, Project.release_count, Project.file_count).where(
        Project.index_id == index_id, Project.normalized_name == normalized_name
    )
    # Two that change a project wait for each other before either counts.
    before = db.session.execute(kept.with_for_update()).one_or_none()
    if before is None:
        return
    found = select(*_found()).where(Project.id == before.id)
    after = db.session.execute(found).one()
    if tuple(before[1:]) != tuple(after):
        values = {"release_count": after[0], "file_count": after[1]}
        db.session.execute(update(Project).where(Project.id == before.id).values(values))
        _add(index_id, _counts(*before[1:]), _counts(*after))


@daily("recount-indexes")
def recount_all() -> None:
    """Count everything anew and set right what is wrong, though nothing should be."""
    wrong = list_miscounted()
    end_reading()
    for index_id, normalized_name in wrong:
        with transaction():
            recount(index_id, normalized_name)
    with transaction():
        add_up()


def add_up() -> None:
    """Let every index hold what the counts of its projects come to."""
    for index_id, counts in _sums().items():
        add_unless_there(IndexTotal, index_id=index_id, projects=0, releases=0, files=0)
        values = dict(zip(_FIELDS, counts, strict=True))
        own = update(IndexTotal).where(IndexTotal.index_id == index_id)
        db.session.execute(own.values(values))


def list_wrong_totals() -> list[int]:
    """Return the indexes that hold something else than the counts of their projects come to."""
    rows = db.session.execute(select(IndexTotal)).scalars()
    kept = {row.index_id: (row.projects, row.releases, row.files) for row in rows}
    nothing = (0, 0, 0)
    return [number for number, sums in _sums().items() if kept.get(number, nothing) != sums]


def _sums() -> dict[int, tuple[int, ...]]:
    """Return what the counts of the projects of all indexes come to, by the indexes."""
    wanted = (
        select(
            Project.index_id,
            func.count(Project.release_count),
            func.sum(Project.release_count),
            func.sum(Project.file_count),
        )
        .where(Project.release_count.is_not(None))
        .group_by(Project.index_id)
    )
    found = {
        row[0]: tuple(int(count or 0) for count in row[1:]) for row in db.session.execute(wanted)
    }
    known = {*found, *db.session.scalars(select(IndexTotal.index_id))}
    return {number: found.get(number, (0, 0, 0)) for number in sorted(known)}


def list_miscounted() -> list[tuple[int, str]]:
    """Return index and normalised name of the projects whose counts are wrong."""
    kept = (Project.release_count, Project.file_count)
    is_wrong = or_(
        *(column.is_distinct_from(count) for column, count in zip(kept, _found(), strict=True))
    )
    wanted = select(Project.index_id, Project.normalized_name).where(is_wrong)
    return [(index_id, name) for index_id, name in db.session.execute(wanted)]


def _found() -> tuple[Any, Any]:
    """Return what is shown of a project, in SQL: its releases and files, or nulls."""
    is_shown = Project.removed_at.is_(None) & (Project.status != QUARANTINED)
    return (
        case((is_shown, _count_releases()), else_=null()),
        case((is_shown, _count_files()), else_=null()),
    )


def _count_releases() -> ScalarSelect[int]:
    counted = select(func.count(Release.id)).where(
        Release.project_id == Project.id, Release.removed_at.is_(None)
    )
    return counted.correlate(Project).scalar_subquery()


def _count_files() -> ScalarSelect[int]:
    counted = (
        select(func.count(File.id))
        .join(Release, Release.id == File.release_id)
        .where(
            Release.project_id == Project.id,
            Release.removed_at.is_(None),
            File.removed_at.is_(None),
            File.quarantined_at.is_(None),
        )
    )
    return counted.correlate(Project).scalar_subquery()


def _counts(releases: int | None, files: int | None) -> tuple[int, int, int]:
    return (0, 0, 0) if releases is None else (1, releases, files or 0)


def _add(index_id: int, before: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    add_unless_there(IndexTotal, index_id=index_id, projects=0, releases=0, files=0)
    steps = {
        field: getattr(IndexTotal, field) + new - old
        for field, old, new in zip(_FIELDS, before, after, strict=True)
    }
    db.session.execute(update(IndexTotal).where(IndexTotal.index_id == index_id).values(steps))
