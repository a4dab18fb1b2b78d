"""Finding projects of all hosted indexes, also those that were removed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, tuple_

from app.extensions import db
from app.indexes.models import Index
from app.projects.models import File, Project, Release
from app.projects.names import normalise
from app.projects.services import STATUSES

REMOVED, LIMITED = "removed", "limited"
CHOICES = (*STATUSES, REMOVED, LIMITED)
LONGEST_TERM = 200
# It stands in addresses, and in no name and no slug.
_BETWEEN = "@"


@dataclass(frozen=True, kw_only=True)
class ProjectLine:
    """A project in a list."""

    name: str
    normalized_name: str
    index_slug: str
    status: str
    version: str | None
    updated_at: datetime
    removed_at: datetime | None

    @property
    def place(self) -> str:
        """Return where the list goes on behind this project."""
        return f"{self.normalized_name}{_BETWEEN}{self.index_slug}"


@dataclass(frozen=True, kw_only=True)
class StoppedFile:
    """A file that was found bad."""

    filename: str
    version: str
    reason: str


def find_projects(
    term: str, *, which: str = "", index_slug: str = "", after: str = "", limit: int
) -> list[ProjectLine]:
    """Return projects with a part of a name, by name and index, after the place of one."""
    wanted = (
        select(
            *(Project.name, Project.normalized_name, Project.status),
            *(Project.updated_at, Project.removed_at, Release.version),
            Index.slug.label("index_slug"),
        )
        .join(Index, Project.index_id == Index.id)
        .outerjoin(Release, Project.latest_release_id == Release.id)
        .where(*_conditions(term, which, index_slug))
        .order_by(Project.normalized_name, Index.slug)
        .limit(limit)
    )
    name, _, slug = after.partition(_BETWEEN)
    if name:
        wanted = wanted.where(tuple_(Project.normalized_name, Index.slug) > (name, slug))
    return [ProjectLine(**row) for row in db.session.execute(wanted).mappings()]


def list_stopped(project_id: int, limit: int) -> list[StoppedFile]:
    """Return files of a project that were found bad, the newest first."""
    wanted = (
        select(File.filename, Release.version, File.quarantine_reason)
        .join(Release, File.release_id == Release.id)
        .where(Release.project_id == project_id, File.removed_at.is_(None))
        .where(File.quarantined_at.is_not(None))
        .order_by(File.quarantined_at.desc(), File.id.desc())
        .limit(limit)
    )
    return [
        StoppedFile(filename=filename, version=version, reason=reason)
        for filename, version, reason in db.session.execute(wanted)
    ]


def count_attention() -> dict[str, int]:
    """Return how many projects are in quarantine, and how many files were found bad."""
    projects = select(func.count()).where(
        Project.status == "quarantined", Project.removed_at.is_(None)
    )
    files = select(func.count()).where(File.quarantined_at.is_not(None), File.removed_at.is_(None))
    wanted = select(
        projects.scalar_subquery().label("projects"), files.scalar_subquery().label("files")
    )
    return dict(db.session.execute(wanted).mappings().one())


def _conditions(term: str, which: str, index_slug: str) -> list[ColumnElement[bool]]:
    part = normalise(term.strip()[:LONGEST_TERM])
    found: list[ColumnElement[bool]] = []
    if part:
        found.append(Project.normalized_name.contains(part, autoescape=True))
    if index_slug:
        found.append(Index.slug == index_slug)
    if which in STATUSES:
        found += [Project.status == which, Project.removed_at.is_(None)]
    elif which == REMOVED:
        found.append(Project.removed_at.is_not(None))
    elif which == LIMITED:
        found.append((Project.max_file_bytes.is_not(None)) | Project.max_total_bytes.is_not(None))
    return found
