"""Removing files of upstreams that somebody wants to be rid of; they can be fetched again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core import clock
from app.core.database import release_connection
from app.mirror.eviction import GRACE, evict
from app.mirror.queries import count_evictable, list_evictable
from app.projects.names import normalise

_BATCH = 100


@dataclass(frozen=True)
class Freed:
    """Numbers of files and bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Which files are to go: of one mirror and project, or of all; those unused for a time.

    Pinned files stay, and those that may be in use at this moment.
    """

    index_id: int | None = None
    project: str | None = None
    unused: timedelta = timedelta(0)

    def count(self) -> Freed:
        """Return what would go."""
        before = clock.now() - max(self.unused, GRACE)
        return Freed(*count_evictable(before, **self._which))

    def make(self) -> Iterator[Freed]:
        """Remove the files, one at a time."""
        before = clock.now() - max(self.unused, GRACE)
        while copies := list_evictable(before, _BATCH, **self._which):
            release_connection()
            freed = [Freed(1, copy["size"]) for copy in copies if evict(copy)]
            yield from freed
            if not freed:
                # Only such as were used or pinned in this moment.
                return

    @property
    def _which(self) -> dict[str, Any]:
        project = None if self.project is None else normalise(self.project)
        which = {"index_id": self.index_id, "normalized_name": project}
        return {column: value for column, value in which.items() if value is not None}
