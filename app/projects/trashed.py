"""Reading the trash: what was removed and can still come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.runtime import setting
from app.core.settings import find_setting
from app.extensions import db
from app.indexes.models import Index
from app.projects.models import File, Project, Release, Role

# When there began to be a trash in this installation.
SINCE = "trash.since"

PROJECT, RELEASE, FILE = "project", "release", "file"
IS_TRASH = and_(File.removed_at.is_not(None), File.freed_at.is_(None))

# More is listed only by the back office and by commands.
MOST = 200

# What a file was removed together with.
_KIND = case(
    (Project.removed_at == File.removed_at, PROJECT),
    (Release.removed_at == File.removed_at, RELEASE),
    else_=FILE,
)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was removed at once: a project, a release or a file, by its `number`.

    It stays until `until`, at least; `size` is in bytes.
    """

    kind: str
    number: int
    index_slug: str
    project: str
    normalized_name: str
    version: str
    filename: str
    removed_at: datetime
    until: datetime
    files: int
    size: int
    # Whether its project has to be restored before.
    is_below: bool


@dataclass(frozen=True)
class Weight:
    """How much is in the trash; `freed` are the bytes that would be free without it."""

    files: int
    size: int
    freed: int


def trash_days() -> timedelta:
    """Return how long what was removed can come back."""
    return timedelta(days=setting("TRASH_DAYS"))


def due_before() -> datetime | None:
    """Return the time before which what was removed is due to leave, or None if nothing is."""
    now, since = clock.now(), _since()
    # What was removed before there was a trash counts from then on.
    return now - trash_days() if now - since >= trash_days() else None


def leaves_at(removed_at: datetime) -> datetime:
    """Return when something leaves that was removed at a time."""
    return max(removed_at, _since()) + trash_days()


def list_removed(
    *which: ColumnElement[bool], limit: int, after: datetime | None = None
) -> list[Removed]:
    """Return what is in the trash, what was removed last first; `which` are conditions of rows.

    With `after`, only what was removed before that time.
    """
    release_number = case((_KIND == PROJECT, 0), else_=Release.id)
    file_number = case((_KIND == FILE, File.id), else_=0)
    keys = (File.removed_at, _KIND, Project.id, release_number, file_number)
    names = (Index.slug, Project.name, Project.normalized_name, Project.removed_at)
    wanted: Any = (
        select(
            *(key.label(f"key_{place}") for place, key in enumerate(keys)),
            *names,
            func.min(Release.version).label("version"),
            func.min(File.filename).label("filename"),
            func.count().label("files"),
            func.sum(File.size).label("size"),
        )
        .join(Release, Release.id == File.release_id)
        .join(Project, Project.id == Release.project_id)
        .join(Index, Index.id == Project.index_id)
        .where(IS_TRASH, *which)
        .group_by(*keys, *names)
        .order_by(File.removed_at.desc(), Project.id, release_number, file_number)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(File.removed_at < after)
    return [_removed(*row) for row in db.session.execute(wanted)]


def list_removed_of(project: Project) -> list[Removed]:
    """Return what is in the trash of a project, what was removed last first."""
    return list_removed(is_of(project.id), limit=MOST)


def list_own_removed(index_id: int, account_id: int) -> list[Removed]:
    """Return the removed projects of an index that an account owns and can bring back."""
    own = select(Role.project_id).where(Role.account_id == account_id, Role.kind == "owner")
    together = Project.removed_at == File.removed_at
    return list_removed(Project.index_id == index_id, Project.id.in_(own), together, limit=MOST)


def find_project_of(kind: str, number: int) -> Project | None:
    """Return the project that a project, release or file is or was of, or None."""
    if kind == FILE:
        file = db.session.get(File, number)
        return None if file is None else file.release.project
    if kind == RELEASE:
        release = db.session.get(Release, number)
        return None if release is None else release.project
    return db.session.get(Project, number)


def weigh_trash(*which: ColumnElement[bool]) -> Weight:
    """Return how much is in the trash."""
    held = aliased(File)
    # The same bytes may stand in another index, or under another name.
    elsewhere = exists().where(held.sha256 == File.sha256, held.removed_at.is_(None))
    joined = (
        select(File.sha256, File.size)
        .join(Release, Release.id == File.release_id)
        .join(Project, Project.id == Release.project_id)
        .where(IS_TRASH, *which)
    )
    files, size = db.session.execute(_sum(joined)).one()
    _files, freed = db.session.execute(_sum(joined.where(~elsewhere).distinct())).one()
    return Weight(files, int(size or 0), int(freed or 0))


def is_of(project_id: int) -> ColumnElement[bool]:
    """Return the condition that something is of a project."""
    return literal(project_id) == Release.project_id


def _sum(rows: Any) -> Any:
    found = rows.subquery()
    return select(func.count(), func.sum(found.c.size)).select_from(found)


def _removed(
    removed_at: datetime,
    kind: str,
    project_id: int,
    release_id: int,
    file_id: int,
    slug: str,
    name: str,
    normalized_name: str,
    project_removed_at: datetime | None,
    *rest: Any,
) -> Removed:
    version, filename, files, size = rest
    return Removed(
        kind=kind,
        number={PROJECT: project_id, RELEASE: release_id, FILE: file_id}[kind],
        index_slug=slug,
        project=name,
        normalized_name=normalized_name,
        version="" if kind == PROJECT else version,
        filename=filename if kind == FILE else "",
        removed_at=removed_at,
        until=leaves_at(removed_at),
        files=files,
        size=int(size),
        is_below=kind != PROJECT and project_removed_at is not None,
    )


def list_due(before: datetime, limit: int) -> Sequence[int]:
    """Return projects of which something is due to leave the trash."""
    wanted = (
        select(Release.project_id)
        .join(File, File.release_id == Release.id)
        .where(IS_TRASH, File.removed_at < before)
        .distinct()
        .limit(limit)
    )
    return db.session.scalars(wanted).all()


def _since() -> datetime:
    told = find_setting(SINCE)
    return datetime.fromisoformat(told) if told else datetime.min.replace(tzinfo=clock.now().tzinfo)
