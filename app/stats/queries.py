"""Reading downloads, and what the catalogue knows of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, tuple_

from app.core import clock
from app.extensions import db
from app.indexes.models import Index
from app.projects.models import File, Project, Release
from app.stats.keepers import Held
from app.stats.models import ALL, DownloadDay, DownloadMonth, ProjectDay

# Of so many days every one is known; longer ago only their months are.
DAYS_KEPT = 92


@dataclass(frozen=True)
class ProjectDownloads:
    """How often a project, by its normalised name, was downloaded."""

    index_slug: str
    project: str
    count: int


def count_downloads(index_slug: str, project: str, *, days: int = 30) -> int:
    """Return the downloads of a project, by its normalised name, in the last days.

    Today is one of them, and DAYS_KEPT is the most.
    """
    wanted = select(func.sum(ProjectDay.count)).where(
        ProjectDay.index_slug == index_slug,
        ProjectDay.project == project,
        ProjectDay.day > clock.today() - timedelta(days=days),
    )
    # PostgreSQL sums big integers to a decimal.
    return int(db.session.scalar(wanted) or 0)


def count_downloads_of_files(index_slug: str, filenames: Collection[str]) -> int:
    """Return how often some files of an index were ever downloaded."""
    counts = (
        select(func.sum(facts.count)).where(
            facts.index_slug == index_slug, facts.filename.in_(filenames)
        )
        for facts in (DownloadDay, DownloadMonth)
    )
    row = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return sum(int(count or 0) for count in row)


def list_popular_downloads(
    *, days: int = 90, behind: tuple[str, str] = ("", ""), limit: int = 10_000
) -> list[ProjectDownloads]:
    """Return the projects of all indexes that were downloaded in the last days.

    By index and name, and `limit` of them at most: those behind the last index
    and name that the caller has seen.
    """
    key = (ProjectDay.index_slug, ProjectDay.project)
    wanted = (
        select(*key, func.sum(ProjectDay.count))
        .where(
            tuple_(*key) > tuple_(*behind),
            ProjectDay.project != ALL,
            ProjectDay.day > clock.today() - timedelta(days=days),
        )
        .group_by(*key)
        .order_by(*key)
        .limit(limit)
    )
    return [
        ProjectDownloads(slug, name, int(count)) for slug, name, count in db.session.execute(wanted)
    ]


def list_files(digests: Collection[str]) -> list[Held]:
    """Return the files that were published here with some contents, removed ones too."""
    wanted = (
        select(
            Index.slug.label("index_slug"),
            File.sha256.label("address"),
            File.filename,
            Project.normalized_name.label("project"),
            Release.version,
            File.size,
        )
        .join(File, File.index_id == Index.id)
        .join(Release, Release.id == File.release_id)
        .join(Project, Project.id == Release.project_id)
        .where(File.sha256.in_(digests))
    )
    return [Held(**row) for row in db.session.execute(wanted).mappings()]
