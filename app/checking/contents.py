"""Comparing the bytes of blobs with their digests."""

import hashlib
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from app.checking.findings import Check, Finding, Wanted
from app.checking.holders import describe_holders
from app.core.storage import blobs
from app.core.storage.exceptions import BlobMissing, StorageUnavailable

# The first one of digests: a step looks at the blobs that begin with it.
DIGITS = "0123456789abcdef"

_DIGEST = re.compile("[0-9a-f]{64}")
_CHUNK = 1024 * 1024


def contents(wanted: Wanted) -> Check | None:
    """Look whether blobs hold what their names say; all bytes are read."""
    return Check("Bytes", _judge, lambda: DIGITS) if wanted.hashes else None


def digest_of(sha256: str) -> str | None:
    """Return the digest of the bytes that a blob has, or None if it is not here."""
    digest = hashlib.sha256()
    try:
        with blobs().open(sha256) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except BlobMissing:
        return None
    except OSError as error:
        raise StorageUnavailable from error
    return digest.hexdigest()


def find_spare(source: Path | None, sha256: str) -> Path | None:
    """Return where a folder has a blob whose bytes are right, or None."""
    if source is None:
        return None
    within = Path(sha256[:2], sha256[2:4], sha256)
    for path in (source / within, source / "blobs" / within):
        if path.is_file() and _digest_of_file(path) == sha256:
            return path
    return None


def bring_back(path: Path) -> None:
    """Keep the bytes of a file as a blob."""
    with path.open("rb") as file, blobs().receive() as incoming:
        while chunk := file.read(_CHUNK):
            incoming.write(chunk)
        blobs().save(incoming)


def _judge(beginning: str) -> Iterable[Finding]:
    for sha256, _stored_at in blobs().list_blobs(beginning):
        # What is called otherwise is no blob; `orphans` tells of it.
        if _DIGEST.fullmatch(sha256) and digest_of(sha256) not in {sha256, None}:
            yield Finding(
                kind="wrong-hash",
                subject=sha256,
                detail=f"the bytes are others than the name says; {describe_holders(sha256)}",
                cure="the bytes are moved to the quarantine folder beside the blobs",
                mend=partial(blobs().set_aside, sha256),
            )


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
