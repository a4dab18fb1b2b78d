"""Rows of a release and of its files, copied to another index; their bytes are shared."""

from typing import Any

from sqlalchemy import delete, insert, literal, select

from app.extensions import db
from app.projects.models import File, Project, Release
from app.projects.queries import find_file
from app.uploads.releases import BELONGINGS

# What a copy has of its own.
_OWN = {"id", "index_id", "project_id", "release_id", "removed_at", "freed_at"}


def copy_release(source: Release, project: Project) -> tuple[Release, bool]:
    """Return the release of the same version in another project, and whether it is new.

    One that is there already stays as it is. The project is locked.
    """
    wanted = select(Release).where(
        Release.project_id == project.id, Release.canonical_version == source.canonical_version
    )
    release = db.session.scalars(wanted).one_or_none()
    if release is not None and release.removed_at is None:
        return release, False
    release = release or Release(project_id=project.id)
    _copy_columns(source, release)
    db.session.add(release)
    db.session.flush()  # What belongs to it needs its number.
    for kind in BELONGINGS:
        _copy_belongings(kind, source.id, release.id)
    return release, True


def copy_file(source: File, release: Release) -> File:
    """Return a file of another release with the same bytes; one that was taken back returns."""
    index_id = release.project.index_id
    file = find_file(index_id, source.filename) or File(index_id=index_id)
    _copy_columns(source, file)
    file.release_id = release.id
    # Its bytes are here, because those of the other one are.
    file.freed_at = None
    db.session.add(file)
    return file


def _copy_columns(source: Any, copy: Any) -> None:
    for name in _shared(type(source)):
        setattr(copy, name, getattr(source, name))
    copy.removed_at = None


def _copy_belongings(kind: type[Any], source_id: int, release_id: int) -> None:
    """Give a release the rows of another one, in place of those it had."""
    db.session.execute(delete(kind).where(kind.release_id == release_id))
    names = _shared(kind)
    columns = [getattr(kind, name) for name in names]
    rows = select(literal(release_id), *columns).where(kind.release_id == source_id)
    db.session.execute(insert(kind).from_select(["release_id", *names], rows))


def _shared(kind: type[Any]) -> list[str]:
    return [column.key for column in kind.__table__.columns if column.key not in _OWN]
