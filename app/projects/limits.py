"""How large the files of a project may be, and all of them together."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin
from app.core.events import tell
from app.core.runtime import setting
from app.extensions import db
from app.indexes.limits import MAX_FILE, MAX_PROJECT, MEGABYTE, demand_limits
from app.indexes.models import Index
from app.projects.events import ProjectLimitsChanged
from app.projects.exceptions import ProjectNotFound
from app.projects.models import File, Project, Release
from app.projects.services import describe


@dataclass(frozen=True)
class Limits:
    """The most bytes of a file, and of all files of a project, or None for no end."""

    file: int
    total: int | None


def limits_of(index: Index, project: Project | None) -> Limits:
    """Return what holds for a project, new or not: its own limits, else its index's, else ours.

    No file may be larger than what the site takes at all.
    """
    cap: int = setting("MAX_UPLOAD_BYTES")
    own_file = None if project is None else project.max_file_bytes
    own_total = None if project is None else project.max_total_bytes
    file = own_file or _in_bytes(index, MAX_FILE) or cap
    return Limits(file=min(file, cap), total=own_total or _in_bytes(index, MAX_PROJECT))


def change_limits(
    actor: Actor, project_id: int, *, max_file: int | None, max_project: int | None
) -> None:
    """Give a project limits of its own, in MB; None leaves it to the index."""
    demand_site_admin(actor)
    project = db.session.get(Project, project_id, with_for_update=True)
    if project is None or project.removed_at is not None:
        raise ProjectNotFound
    demand_limits(max_file, max_project)
    project.max_file_bytes = None if max_file is None else max_file * MEGABYTE
    project.max_total_bytes = None if max_project is None else max_project * MEGABYTE
    facts = describe(actor, project) | {"max_file_mb": max_file, "max_project_mb": max_project}
    tell(ProjectLimitsChanged(**facts))


def measure(project_id: int) -> int:
    """Return how many bytes the files of a project have; removed ones do not count."""
    wanted = (
        select(func.coalesce(func.sum(File.size), 0))
        .join(Release, File.release_id == Release.id)
        .where(Release.project_id == project_id, File.removed_at.is_(None))
    )
    return int(db.session.scalar(wanted) or 0)


def _in_bytes(index: Index, key: str) -> int | None:
    size = index.settings.get(key)
    return None if size is None else int(size) * MEGABYTE
