"""Removing what a crash left behind: blobs without a row, and half received files."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from app.core import clock
from app.core.database import release_connection
from app.core.jobs import daily, regular
from app.core.storage import blobs

# Returns those of some digests that it still stands on.
Referrer = Callable[[Collection[str]], set[str]]

# An upload that has stored its bytes writes its rows in a moment.
GRACE = timedelta(days=1)
# It has as long as a database may be busy, several times over.
MOMENT = timedelta(minutes=1)
_BATCH = 500

_referrers: list[Referrer] = []
_log = logging.getLogger(__name__)


def refer(*referrers: Referrer) -> None:
    """Name all who stand on blobs, in place of those before."""
    _referrers[:] = referrers


@daily("sweep-blobs")
def sweep_blobs() -> None:
    """Remove what nobody stands on when it is a day old."""
    if not _referrers:
        # Nobody has said what is needed, so all of it may be.
        return
    before = clock.now() - GRACE
    old = [sha256 for sha256, stored_at in blobs().list_blobs() if stored_at < before]
    removed = sum(
        _remove(old[start : start + _BATCH], before) for start in range(0, len(old), _BATCH)
    )
    if removed:
        _log.info("blobs swept", extra={"removed": removed})


def forget(sha256: str) -> bool:
    """Remove a blob at once unless somebody stands on it; tell whether it was removed.

    One that was stored a moment ago is left to the sweep: whoever stored it may be
    about to write his row.
    """
    return bool(_remove([sha256], clock.now() - MOMENT))


def list_orphans(digests: Collection[str]) -> list[str]:
    """Return those of some digests that nobody stands on."""
    needed = set().union(*(referrer(digests) for referrer in _referrers))
    return [sha256 for sha256 in digests if sha256 not in needed]


def forget_orphan(sha256: str) -> None:
    """Remove a blob that nobody stands on, unless it came again within the grace."""
    _remove([sha256], clock.now() - GRACE)


@regular("sweep-incoming")
def sweep_incoming() -> None:
    """Remove what never arrived whole because the process that received it died."""
    removed = blobs().forget_incoming()
    if removed:
        _log.info("half received files swept", extra={"removed": removed})


def _remove(digests: list[str], before: datetime) -> int:
    orphans = list_orphans(digests)
    release_connection()
    # The same bytes may have come again since the list was made.
    return sum(blobs().delete_older(sha256, before) for sha256 in orphans)
