"""Making a backup while the service runs: first the database, then the blobs it stands on."""

import errno
import logging
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

import config
from app.backup.collecting import Collected, collect_blobs
from app.backup.copying import Pace, hash_file, write_new
from app.backup.exceptions import BackupFailed, BadPlace
from app.backup.keeping import Keeping, remove_old
from app.backup.manifest import BLOBS, SECRET, Item, Manifest
from app.backup.snapshots import Snapshot, take_snapshot
from app.backup.vault import Backup, Vault
from app.core import clock
from app.core.database import transaction
from app.core.faults import reach
from app.core.runtime import data_path, setting
from app.core.settings import keep_setting
from app.core.storage import blobs

# The key of when the last good backup was finished.
FINISHED = "backup.finished"
# What somebody who restores on an empty machine wants to know; no secret is among them.
_TOLD = ("SITE_NAME", "SITE_URL", "BABEL_DEFAULT_LOCALE", "REGISTRATION")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A new backup, how much was copied for it, and the names of those that made room."""

    backup: Backup
    copied: int
    copied_bytes: int
    removed: tuple[str, ...]


def make_backup(root: Path, *, keeping: Keeping, pace: Pace) -> Made:
    """Make a backup in a folder and let old ones go; raises `DomainError`s that say what to do."""
    _demand_apart(root)
    vault = Vault(root)
    vault.open()
    with vault.lock(), _attempt(vault):
        started_at = clock.now()
        # Nothing that the rows stand on may leave before it is copied.
        with blobs().hold():
            reach("backup.begun")
            snapshot = take_snapshot(vault.work, pace)
            reach("backup.frozen")
            collected = collect_blobs(vault, snapshot.digests, pace)
        reach("backup.copied")
        vault.pool.sync()
        backup = vault.finish(_describe(vault, started_at, snapshot, collected, pace))
        reach("backup.finished")
        _note(backup)
        removed = remove_old(vault, keeping, clock.now())
    return Made(backup, collected.copied, collected.copied_bytes, tuple(removed))


@contextmanager
def _attempt(vault: Vault) -> Iterator[None]:
    """Leave nothing behind of a backup that could not be finished, but blobs for the next one."""
    try:
        vault.begin()
        yield
    except OSError as error:
        vault.forget_work()
        if error.errno in _FULL:
            # Others may need the disk too.
            vault.remove_unneeded()
        raise BackupFailed(
            f"The backup could not be written to {vault.root} ({error.strerror}): older backups "
            "are as they were; make room and run it again."
        ) from error
    except BaseException:
        vault.forget_work()
        raise


def _demand_apart(root: Path) -> None:
    """Raise `BadPlace` for a folder that would be lost together with what it keeps."""
    homes = [data_path()]
    if setting("STORAGE_URL") != "memory:":
        homes.append(Path(setting("STORAGE_URL")))
    for home in homes:
        real = Path(os.path.realpath(home))
        if real == root or real in root.parents:
            raise BadPlace(f"{root} lies within {real}: name a folder elsewhere, on another disk.")


def _describe(
    vault: Vault, started_at: datetime, snapshot: Snapshot, collected: Collected, pace: Pace
) -> Manifest:
    """Write what belongs to the database, and return the manifest of all."""
    lines = (f"{sha256} {size}\n" for sha256, size in sorted(collected.sizes.items()))
    write_new(vault.work / BLOBS, "".join(lines).encode())
    write_new(vault.work / SECRET, str(setting("SECRET_KEY")).encode() + b"\n")
    return Manifest(
        number=vault.next_number(),
        started_at=started_at,
        finished_at=clock.now(),
        version=_version(),
        revision=snapshot.facts.revision,
        database=snapshot.database,
        serial=snapshot.facts.serial,
        counts=snapshot.facts.counts,
        sequences=snapshot.sequences,
        files=tuple(_list_items(vault.work, pace)),
        blobs=len(collected.sizes),
        blob_bytes=sum(collected.sizes.values()),
        lacks=tuple(collected.lacks),
        settings={name: str(setting(name) or "") for name in _TOLD},
    )


def _list_items(folder: Path, pace: Pace) -> Iterator[Item]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield Item(path.relative_to(folder).as_posix(), *hash_file(path, pace))


def _version() -> str:
    try:
        facts = tomllib.loads((config.ROOT / "pyproject.toml").read_text())
    except OSError:
        return "unknown"
    return str(facts["project"]["version"])


def _note(backup: Backup) -> None:
    """Note that there is a good backup now, for those who look after the house."""
    if not backup.manifest.is_good:
        return
    try:
        with transaction():
            keep_setting(FINISHED, backup.manifest.finished_at.isoformat())
    except SQLAlchemyError as error:
        # The backup is good all the same.
        _log.warning("the time of a backup was not noted: %s", error)
