"""What owners see of their own: also what is yanked, in quarantine or without releases."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.extensions import db
from app.indexes.models import Index
from app.projects.models import File, Project, Release, Role
from app.projects.permissions import MAINTAINER, OWNER
from app.sources.page import Person

MOST = 500
MOST_STAGED = 50


@dataclass(frozen=True, kw_only=True)
class OwnProject:
    """A project in which somebody has a role."""

    id: int
    name: str
    normalized_name: str
    status: str
    role: str
    version: str | None
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class OwnRelease:
    """A release in the list of its owners."""

    version: str
    published_at: datetime
    file_count: int
    is_prerelease: bool
    is_yanked: bool


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A file in the list of its owners."""

    id: int
    filename: str
    size: int
    uploaded_at: datetime
    quarantine_reason: str | None


@dataclass(frozen=True, kw_only=True)
class StagedRelease:
    """A release that its people may bring to another index."""

    name: str
    normalized_name: str
    version: str
    published_at: datetime
    index_slug: str


def list_staged(target: Index, account_id: int) -> tuple[StagedRelease, ...]:
    """Return the newest releases that somebody works on elsewhere and that an index has not."""
    there, promoted = aliased(Project), aliased(Release)
    is_there = (
        select(promoted.id)
        .join(there, there.id == promoted.project_id)
        .where(
            there.index_id == target.id,
            there.normalized_name == Project.normalized_name,
            promoted.canonical_version == Release.canonical_version,
            promoted.removed_at.is_(None),
        )
    )
    wanted = (
        select(
            Project.name,
            Project.normalized_name,
            Release.version,
            Release.published_at,
            Index.slug.label("index_slug"),
        )
        .join(Project, Project.id == Release.project_id)
        .join(Index, Index.id == Project.index_id)
        .join(Role, Role.project_id == Project.id)
        .where(
            Role.account_id == account_id,
            Role.kind.in_((OWNER, MAINTAINER)),
            Index.id != target.id,
            Index.kind == "hosted",
            Project.removed_at.is_(None),
            Release.removed_at.is_(None),
            ~is_there.exists(),
        )
        .order_by(Release.published_at.desc(), Release.id.desc())
        .limit(MOST_STAGED)
    )
    return tuple(StagedRelease(**row) for row in db.session.execute(wanted).mappings())


def list_projects(index_id: int, account_id: int) -> tuple[OwnProject, ...]:
    """Return the projects in which an account has a role, the newest change first."""
    wanted = (
        select(
            Project.id,
            Project.name,
            Project.normalized_name,
            Project.status,
            Role.kind.label("role"),
            Release.version,
            Project.updated_at,
        )
        .join(Role, Role.project_id == Project.id)
        .outerjoin(Release, Release.id == Project.latest_release_id)
        .where(
            Project.index_id == index_id,
            Role.account_id == account_id,
            Project.removed_at.is_(None),
        )
        .order_by(Project.updated_at.desc(), Project.id.desc())
        .limit(MOST)
    )
    return tuple(OwnProject(**row) for row in db.session.execute(wanted).mappings())


def list_releases(project_id: int) -> tuple[OwnRelease, ...]:
    """Return the newest releases of a project."""
    files = (
        select(func.count())
        .where(File.release_id == Release.id, File.removed_at.is_(None))
        .scalar_subquery()
    )
    wanted = (
        select(
            Release.version,
            Release.published_at,
            files.label("file_count"),
            Release.is_prerelease,
            Release.yanked_at.is_not(None).label("is_yanked"),
        )
        .where(Release.project_id == project_id, Release.removed_at.is_(None))
        .order_by(Release.sort_key.desc())
        .limit(MOST)
    )
    return tuple(OwnRelease(**row) for row in db.session.execute(wanted).mappings())


def list_people(project_id: int) -> tuple[Person, ...]:
    """Return everybody with a role in a project, by name."""
    wanted = (
        select(Account.username, Account.name, Role.kind.label("role"))
        .join(Role, Role.account_id == Account.id)
        .where(Role.project_id == project_id)
        .order_by(Account.username_key)
    )
    return tuple(Person(**row) for row in db.session.execute(wanted).mappings())


def list_files(release_id: int) -> tuple[OwnFile, ...]:
    """Return the files of a release, those in quarantine too."""
    wanted = (
        select(File)
        .where(File.release_id == release_id, File.removed_at.is_(None))
        .order_by(File.filename)
    )
    return tuple(map(_file, db.session.scalars(wanted)))


def _file(file: File) -> OwnFile:
    return OwnFile(
        id=file.id,
        filename=file.filename,
        size=file.size,
        uploaded_at=file.uploaded_at,
        quarantine_reason=None if file.quarantined_at is None else file.quarantine_reason,
    )
