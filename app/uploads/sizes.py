"""Whether a file fits into what its project may have."""

from app.indexes.models import Index
from app.projects.limits import limits_of, measure
from app.projects.models import Project
from app.uploads.exceptions import ProjectTooLarge
from app.uploads.multipart import too_large

_MEGABYTE = 2**20


def demand_file_size(index: Index, project: Project | None, size: int) -> None:
    """Raise `TooLarge` for a file over the limit of its project, or of its index."""
    limit = limits_of(index, project).file
    if size > limit:
        raise too_large(limit)


def demand_room(index: Index, project: Project | None, size: int) -> None:
    """Raise `ProjectTooLarge` if a project would have more bytes than it may.

    Whoever holds the lock of the project can rely on the answer.
    """
    limit = limits_of(index, project).total
    if limit is None:
        return
    taken = 0 if project is None else measure(project.id)
    if taken + size > limit:
        raise ProjectTooLarge(
            f"Project too large, it has {taken / _MEGABYTE:.1f} MB and the limit is "
            f"{limit // _MEGABYTE} MB."
        )
