"""What those who run the site read of downloads: all indexes, nothing left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, select

from app.core import clock
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import HOSTED
from app.projects.models import File, Project, Release
from app.stats.models import ALL, FILE, RANKED, TOTAL, DownloadDay, DownloadMonth, ProjectMonth
from app.stats.sums import month_of

PAGE_SIZE = 50
TOP = 20
UNUSED_FOR = timedelta(days=365)
# So many files are looked at for one page: where most are in use, it ends before it is full.
REACH = 20_000


@dataclass(frozen=True)
class Most:
    """A project, or a file of one, with its downloads of a month."""

    index_slug: str
    project: str
    filename: str
    count: int
    bytes: int


@dataclass(frozen=True)
class UnusedFile:
    """A file of our own that nobody has downloaded for a year, or ever."""

    file_id: int
    index_slug: str
    project: str
    filename: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True)
class UnusedPage:
    """Some of the unused files; `after` is the number behind which looking goes on, or None."""

    files: tuple[UnusedFile, ...]
    after: int | None


def list_slugs() -> list[str]:
    """Return the slugs of all indexes."""
    return list(db.session.scalars(select(Index.slug).order_by(Index.slug)))


def list_top_projects(month: date) -> list[Most]:
    """Return the projects that were downloaded most in a month."""
    return _list_most(month, TOTAL)


def list_top_files(month: date) -> list[Most]:
    """Return the files that were downloaded most in a month."""
    return _list_most(month, FILE)


def find_unused(after: int = 0, *, limit: int = PAGE_SIZE) -> UnusedPage:
    """Return the next files that nobody has downloaded for a year, those of long ago first."""
    end = _find_end(after)
    wanted = (
        select(
            File.id,
            Index.slug,
            Project.normalized_name,
            File.filename,
            File.size,
            File.uploaded_at,
        )
        .join(Index, Index.id == File.index_id)
        .join(Release, Release.id == File.release_id)
        .join(Project, Project.id == Release.project_id)
        .where(File.id > after, *_is_unused(clock.now() - UNUSED_FOR))
        .order_by(File.id)
        .limit(limit)
    )
    if end is not None:
        wanted = wanted.where(File.id <= end)
    files = tuple(UnusedFile(*row) for row in db.session.execute(wanted))
    return UnusedPage(files, files[-1].file_id if len(files) == limit else end)


def list_unused() -> Iterator[UnusedFile]:
    """Yield all files that nobody has downloaded for a year, as they are found."""
    page = find_unused(limit=REACH)
    yield from page.files
    while page.after is not None:
        page = find_unused(page.after, limit=REACH)
        yield from page.files


def _list_most(month: date, kind: str) -> list[Most]:
    sums = ProjectMonth
    wanted = (
        select(sums.index_slug, sums.project, sums.value, sums.count, sums.bytes)
        .where(sums.month == month, sums.kind == kind, RANKED, sums.project != ALL)
        .order_by(sums.count.desc(), sums.index_slug, sums.project, sums.value)
        .limit(TOP)
    )
    return [Most(*row) for row in db.session.execute(wanted)]


def _find_end(after: int) -> int | None:
    """Return the number of the last file within reach, or None if all others are."""
    wanted = select(File.id).where(File.id > after).order_by(File.id).offset(REACH - 1).limit(1)
    return db.session.scalar(wanted)


def _is_unused(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for a file of our own to be here for long, and not used since."""
    used = (
        exists().where(
            facts.index_slug == Index.slug, facts.filename == File.filename, moment >= begin
        )
        for facts, moment, begin in (
            (DownloadDay, DownloadDay.day, since.date()),
            (DownloadMonth, DownloadMonth.month, month_of(since.date())),
        )
    )
    is_here = (Index.kind == HOSTED, File.removed_at.is_(None), File.uploaded_at < since)
    return (*is_here, *(~each for each in used))
