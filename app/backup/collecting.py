"""Bringing the blobs that a backup stands on into the pool, those that are not there yet."""

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from app.backup.copying import CHUNK, Pace
from app.backup.exceptions import BackupFailed
from app.backup.manifest import Lack
from app.backup.vault import Vault
from app.core.progress import track
from app.core.storage import blobs
from app.core.storage.exceptions import BlobMissing, StorageUnavailable

# What others on the disk may need while it is nearly full.
_SPARE = 64 * 1024 * 1024
_NOBODY = "0" * 64


@dataclass
class Collected:
    """What a backup has of blobs: sizes by digest, and what could not be had."""

    sizes: dict[str, int] = field(default_factory=dict)
    lacks: list[Lack] = field(default_factory=list)
    copied: int = 0
    copied_bytes: int = 0


def collect_blobs(vault: Vault, digests: Collection[str], pace: Pace) -> Collected:
    """Let the pool have all blobs with some digests; raises `BackupFailed` without the room.

    What a finished backup stands on is taken to be there when its size is right. What
    somebody who was killed has copied is read again.
    """
    collected = Collected()
    known = vault.read_known()
    for sha256 in digests:
        if sha256 in known and vault.pool.find_size(sha256) == known[sha256]:
            collected.sizes[sha256] = known[sha256]
    wanted = sorted(set(digests) - collected.sizes.keys())
    _demand_room(vault, wanted)
    for sha256 in track(wanted, label="Files"):
        _collect(vault, sha256, collected, pace)
        pace.spend()
    return collected


def _collect(vault: Vault, sha256: str, collected: Collected, pace: Pace) -> None:
    size = vault.pool.find_size(sha256)
    if size is not None and vault.pool.is_sound(sha256, pace):
        collected.sizes[sha256] = size
        return
    try:
        with blobs().open(sha256) as source:
            size = vault.pool.keep(sha256, _read(source), vault.work / "blob", pace)
    except BlobMissing:
        collected.lacks.append(Lack(sha256, "missing"))
    except StorageUnavailable:
        # The whole store, or this one file?
        blobs().find_size(_NOBODY)
        collected.lacks.append(Lack(sha256, "unreadable"))
    else:
        if size is None:
            collected.lacks.append(Lack(sha256, "damaged"))
            return
        collected.sizes[sha256] = size
        collected.copied += 1
        collected.copied_bytes += size


def _read(source: BinaryIO) -> Iterator[bytes]:
    """Yield a blob's bytes; whoever writes them can tell his own troubles from those here."""
    try:
        while chunk := source.read(CHUNK):
            yield chunk
    except OSError as error:
        raise StorageUnavailable from error


def _demand_room(vault: Vault, wanted: Collection[str]) -> None:
    new = [sha256 for sha256 in wanted if vault.pool.find_size(sha256) is None]
    needed = sum(blobs().find_size(sha256) or 0 for sha256 in new)
    free = shutil.disk_usage(vault.root).free
    if needed + _SPARE > free:
        raise BackupFailed(
            f"{vault.root} has room for {free // 10**6} MB, and {needed // 10**6} MB of files are "
            "to be copied: make room, or remove old backups with --keep."
        )
