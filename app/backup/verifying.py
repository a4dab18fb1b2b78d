"""Reading backups again, to see whether they are still what they were."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.backup.copying import Pace, hash_file
from app.backup.exceptions import BackupBusy, BadBackup, BadPlace
from app.backup.manifest import BLOBS
from app.backup.vault import Backup, Vault
from app.core.progress import track


@dataclass(frozen=True)
class Fault:
    """Something of a backup that is not as it should be."""

    backup: str
    what: str
    why: str


def find_faults(vault: Vault, backups: Sequence[Backup], pace: Pace) -> Iterator[Fault]:
    """Yield what is wrong with some backups; each blob is read once."""
    standing: dict[str, list[str]] = {}
    for backup in backups:
        yield from _find_file_faults(backup, pace)
        yield from (Fault(backup.name, lack.sha256, lack.why) for lack in backup.manifest.lacks)
        with suppress(BadBackup):
            for sha256 in backup.read_blobs():
                standing.setdefault(sha256, []).append(backup.name)
    for sha256 in track(sorted(standing), label="Files"):
        if not vault.pool.is_sound(sha256, pace):
            why = "missing" if vault.pool.find_size(sha256) is None else "damaged"
            yield from (Fault(name, sha256, why) for name in standing[sha256])


def set_damaged_aside(vault: Vault, faults: Sequence[Fault]) -> None:
    """Take damaged blobs out of the pool, so that the next backup copies them again."""
    damaged = {fault.what for fault in faults if fault.why == "damaged"}
    # Whoever may only read can still be told.
    with suppress(OSError, BackupBusy, BadPlace), vault.lock():
        for sha256 in damaged & vault.read_known().keys():
            vault.pool.set_aside(sha256)


def _find_file_faults(backup: Backup, pace: Pace) -> Iterator[Fault]:
    for item in backup.manifest.files:
        try:
            found = hash_file(backup.folder / item.path, pace)
        except OSError as error:
            yield Fault(backup.name, item.path, error.strerror or "unreadable")
            continue
        if found != (item.size, item.sha256):
            yield Fault(backup.name, item.path, "damaged")
    with suppress(BadBackup):
        if len(backup.read_blobs()) != backup.manifest.blobs:
            yield Fault(backup.name, BLOBS, "damaged")
