"""Reading the catalogue."""

from sqlalchemy import select

from app.extensions import db
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.models import File, Project, Release, Role
from app.projects.names import normalise
from app.projects.versions import canonical, parse_version


def find_project(index_id: int, name: str) -> Project | None:
    """Return a project of an index by any spelling of its name, or None."""
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


def find_release(project_id: int, version: str) -> Release | None:
    """Return a release by any spelling of its version, or None; removed ones are None."""
    parsed = parse_version(version)
    if parsed is None:
        return None
    wanted = select(Release).where(
        Release.project_id == project_id,
        Release.canonical_version == canonical(parsed),
        Release.removed_at.is_(None),
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


def find_role(project_id: int, account_id: int) -> str | None:
    """Return what an account is to a project, or None."""
    role = db.session.get(Role, (project_id, account_id))
    return None if role is None else role.kind
