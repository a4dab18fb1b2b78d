"""Making room: of files that can be fetched again, the bytes of those used longest ago leave."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import RowMapping

from app.core import clock
from app.core.database import release_connection, transaction
from app.core.events import tell
from app.core.locks import LockBusy, Locks
from app.core.runtime import data_path, setting
from app.core.storage.sweep import MOMENT, forget
from app.mirror.keeping import let_go
from app.mirror.queries import count_bytes, list_evictable
from app.projects.events import CopyEvicted

# The job that does it.
MAKE_ROOM = "mirror-make-room"
# Whoever was told that a file is here may be about to open it; and see `forget`.
GRACE = 2 * MOMENT
# So much over the bound makes room at once; less waits for the worker.
SLACK = 1.05
_BATCH = 100

_log = logging.getLogger(__name__)


def is_far_over() -> bool:
    """Tell whether there is much more than the bound allows."""
    bound = setting("MIRROR_CACHE_BYTES")
    return bool(bound) and count_bytes() > bound * SLACK


def make_room(*, grace: timedelta = GRACE) -> int:
    """Let bytes leave until no more are here than the bound allows; return how many left.

    Pinned files stay, and so do those that were used within `grace`.
    """
    bound = setting("MIRROR_CACHE_BYTES")
    if not bound:
        return 0
    try:
        # Two at once would let twice as much go.
        with Locks(data_path("mirror.locks")).hold("evict", "", patience=0):
            left = _make_room(bound, grace)
    except LockBusy:
        return 0
    if left:
        _log.info("room was made", extra={"bytes": left})
    return left


def _make_room(bound: int, grace: timedelta) -> int:
    excess = count_bytes() - bound
    left = 0
    for copy in _candidates(grace):
        if left >= excess:
            break
        if evict(copy):
            left += copy["size"]
    return left


def _candidates(grace: timedelta) -> Iterator[RowMapping]:
    before = clock.now() - grace
    seen: set[tuple[int, str, str]] = set()
    while True:
        found = list_evictable(before, _BATCH)
        release_connection()
        keys = {(copy["index_id"], copy["address"], copy["filename"]) for copy in found}
        if keys <= seen:
            # None are left, or only such as were used or pinned in this moment.
            return
        seen |= keys
        yield from found


def evict(copy: RowMapping) -> bool:
    """Let the bytes of a file leave, as `list_evictable` gave it; tell whether they did."""
    key = (copy["index_id"], copy["address"], copy["filename"])
    with transaction():
        if not let_go(*key, seen=copy["used_at"]):
            return False
        told = {"index_slug": copy["slug"], "project": copy["normalized_name"]}
        tell(CopyEvicted(**told, filename=copy["filename"]))
    forget(copy["sha256"])
    return True
