"""Reading the catalogue."""

from collections.abc import Collection

from sqlalchemy import Select, func, select

from app.extensions import db
from app.indexes.models import Index
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.models import File, Project, Release, Role
from app.projects.names import lookalike, normalise
from app.projects.versions import canonical, parse_version


def find_project(index_id: int, name: str) -> Project | None:
    """Return a project of an index by any spelling of its name, or None; removed ones are None."""
    project = find_claim(index_id, name)
    return project if project is not None and project.removed_at is None else None


def find_claim(index_id: int, name: str) -> Project | None:
    """Return who holds a name, or None; a removed project holds its name for ever."""
    wanted = select(Project).where(
        Project.index_id == index_id, Project.normalized_name == normalise(name)
    )
    return db.session.scalars(wanted).one_or_none()


def get_project(index_id: int, name: str) -> Project:
    """Return a project of an index; raises `ProjectNotFound`."""
    project = find_project(index_id, name)
    if project is None:
        raise ProjectNotFound
    return project


def lock_claim(index_id: int, name: str) -> Project | None:
    """Return who holds a name, locked until the end of the transaction, or None.

    Whoever publishes in a project waits here, so that two files of a new
    version find one release.
    """
    wanted = select(Project).where(
        Project.index_id == index_id, Project.normalized_name == normalise(name)
    )
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(locked).one_or_none()


def list_lookalikes(index_id: int, name: str) -> list[Project]:
    """Return the projects whose names are easily taken for a new one."""
    wanted = select(Project).where(
        Project.index_id == index_id,
        Project.lookalike == lookalike(name),
        Project.normalized_name != normalise(name),
    )
    return list(db.session.scalars(wanted))


def find_release(project_id: int, version: str) -> Release | None:
    """Return a release by any spelling of its version, or None; removed ones are None."""
    release = find_any_release(project_id, version)
    return release if release is not None and release.removed_at is None else None


def find_any_release(project_id: int, version: str) -> Release | None:
    """Return a release by any spelling of its version, a removed one too, or None."""
    parsed = parse_version(version)
    if parsed is None:
        return None
    wanted = select(Release).where(
        Release.project_id == project_id, Release.canonical_version == canonical(parsed)
    )
    return db.session.scalars(wanted).one_or_none()


def get_release(project_id: int, version: str) -> Release:
    """Return a release; raises `ReleaseNotFound`."""
    release = find_release(project_id, version)
    if release is None:
        raise ReleaseNotFound
    return release


def find_file(index_id: int, filename: str) -> File | None:
    """Return a file by its name, removed ones too: a name is used only once."""
    wanted = select(File).where(File.index_id == index_id, File.filename == filename)
    return db.session.scalars(wanted).one_or_none()


def find_twins(index_id: int, filename: str, sha256: str) -> list[File]:
    """Return the files of a name, removed ones too, and those of a content, by number."""
    # Two questions with an index each: for an OR, SQLite reads all files of the index.
    same_name = select(File.id).where(File.index_id == index_id, File.filename == filename)
    same_bytes = select(File.id).where(
        File.index_id == index_id, File.sha256 == sha256, File.removed_at.is_(None)
    )
    wanted = select(File).where(File.id.in_(same_name.union(same_bytes)))
    return list(db.session.scalars(wanted.order_by(File.id)))


def list_same_content(sha256: str) -> list[int]:
    """Return the numbers of the files, in all indexes, that have a content and were not removed.

    They come by project, so that everybody who locks those does it in one order.
    """
    wanted = (
        select(File.id)
        .join(Release, File.release_id == Release.id)
        .where(File.sha256 == sha256, File.removed_at.is_(None))
        .order_by(Release.project_id, File.id)
    )
    return list(db.session.scalars(wanted))


def list_addresses(
    slug: str, normalized_name: str, *, version: str | None = None, filename: str | None = None
) -> list[tuple[str, str]]:
    """Return digest and name of the files that a project has or had, of one version or name."""
    wanted = (
        select(File.sha256, File.filename)
        .join(Release, File.release_id == Release.id)
        .join(Project, Release.project_id == Project.id)
        .join(Index, Project.index_id == Index.id)
        .where(Index.slug == slug, Project.normalized_name == normalized_name)
    )
    if version is not None:
        wanted = wanted.where(Release.version == version)
    if filename is not None:
        wanted = wanted.where(File.filename == filename)
    return [(sha256, name) for sha256, name in db.session.execute(wanted)]


def count_projects(index_id: int) -> int:
    """Return how many projects an index has; removed ones do not count."""
    wanted = select(func.count()).where(Project.index_id == index_id, Project.removed_at.is_(None))
    return db.session.scalar(wanted) or 0


def count_files(index_id: int, normalized_name: str) -> int:
    """Return how many files a project has or had."""
    wanted = (
        select(func.count())
        .select_from(File)
        .join(Release, File.release_id == Release.id)
        .join(Project, Release.project_id == Project.id)
        .where(Project.index_id == index_id, Project.normalized_name == normalized_name)
    )
    return db.session.scalar(wanted) or 0


def list_referred(digests: Collection[str]) -> set[str]:
    """Return those of some blobs that a file or its metadata still stands on.

    Files in the trash count: somebody may want them back.
    """
    is_kept = File.freed_at.is_(None)
    files = select(File.sha256).where(File.sha256.in_(digests), is_kept)
    metadata = select(File.metadata_sha256).where(File.metadata_sha256.in_(digests), is_kept)
    return set(db.session.scalars(files.union(metadata)))


def count_owners(project_id: int) -> int:
    """Return how many accounts own a project."""
    wanted = select(func.count()).where(Role.project_id == project_id, Role.kind == "owner")
    return db.session.scalar(wanted) or 0


def find_newest(project_id: int) -> int | None:
    """Return the number of the release that people should install, or None.

    That is the newest stable one that is not yanked; else the newest
    pre-release that is not yanked; else the newest.
    """
    return db.session.scalar(_newest().where(Release.project_id == project_id))


def list_stale() -> list[Project]:
    """Return the projects whose noted newest release is another one now."""
    newest = _newest().where(Release.project_id == Project.id).scalar_subquery()
    wanted = (
        select(Project)
        .where(Project.latest_release_id.is_distinct_from(newest))
        .order_by(Project.id)
    )
    return list(db.session.scalars(wanted))


def find_role(project_id: int, account_id: int) -> str | None:
    """Return what an account is to a project, or None."""
    role = db.session.get(Role, (project_id, account_id))
    return None if role is None else role.kind


def _newest() -> Select[int]:
    is_yanked = Release.yanked_at.is_not(None)
    return (
        select(Release.id)
        .where(Release.removed_at.is_(None))
        .order_by(is_yanked, ~is_yanked & Release.is_prerelease, Release.sort_key.desc())
        .limit(1)
    )
