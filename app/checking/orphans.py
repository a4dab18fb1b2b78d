"""Looking for blobs that nobody stands on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from app.checking.contents import DIGITS
from app.checking.findings import Check, Finding, Wanted
from app.core import clock
from app.core.storage import blobs, sweep

_BATCH = 500
_DIGEST = re.compile("[0-9a-f]{64}")


def orphans(_wanted: Wanted) -> Check:
    """Look for blobs without a row that are so old that no row is to be expected."""
    return Check("Blobs without a row", _judge, lambda: DIGITS)


def _judge(beginning: str) -> Iterable[Finding]:
    before = clock.now() - sweep.GRACE
    old = (sha256 for sha256, stored_at in blobs().list_blobs(beginning) if stored_at < before)
    for batch in _batches(old):
        for sha256 in sweep.list_orphans(batch):
            yield _orphan(sha256) if _DIGEST.fullmatch(sha256) else _stranger(sha256)


def _orphan(sha256: str) -> Finding:
    return Finding(
        kind="blob-without-row",
        subject=sha256,
        detail="nothing in the database stands on this blob, and it is older than a day",
        cure="the blob is removed, as the daily sweep does",
        mend=partial(sweep.forget_orphan, sha256),
    )


def _stranger(name: str) -> Finding:
    return Finding(
        kind="stray-file",
        subject=name,
        detail="a file among the blobs whose name is no digest",
        cure="look at it, and move it away",
    )


def _batches(digests: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(digests)
    while batch := list(islice(rest, _BATCH)):
        yield batch
