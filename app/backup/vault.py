"""A folder that holds backups.

    tilsit-backups.json            says that the folder is ours
    lock                           held by who changes something here
    blobs/ab/cd/<sha256>           the blobs of all backups, each once
    0007-20261124T161500Z/         a backup: manifest.json, the database, blobs.txt, secret_key
    damaged/                       blobs that were found to be damaged
    unfinished/                    a backup that is being made

Backups are in the order of their numbers, because clocks jump.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.backup.copying import open_no_link, sync_folder, write_new
from app.backup.exceptions import BackupBusy, BadBackup, BadPlace, NoBackup
from app.backup.manifest import BLOBS, NAME, Manifest, read_manifest
from app.backup.pool import Pool

_MARKER, _LOCK, _UNFINISHED = "tilsit-backups.json", "lock", "unfinished"
_NAME = re.compile(r"[0-9]{4,}-[0-9]{8}T[0-9]{6}Z")
_LINE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,15})")


@dataclass(frozen=True)
class Backup:
    """One finished backup."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Return what it is called by people."""
        return self.folder.name

    def read_blobs(self) -> dict[str, int]:
        """Return the digests and sizes of all blobs that it stands on; raises `BadBackup`."""
        try:
            with open_no_link(self.folder / BLOBS) as file:
                return dict(_pair(line.decode().rstrip("\n")) for line in file)
        except (OSError, ValueError) as error:
            raise BadBackup(f"{self.folder / BLOBS} is damaged: use another backup.") from error


class Vault:
    """Backups in a folder, which is made when it is missing and may not hold anything else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pool = Pool(root / "blobs", root / "damaged")
        self.work = root / _UNFINISHED

    def open(self) -> None:
        """Make the folder ours unless it is; raises `BadPlace`."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self.root / _MARKER).is_file():
                if any(self.root.iterdir()):
                    raise BadPlace(
                        f"{self.root} holds something else than backups: name an empty folder."
                    )
                write_new(self.root / _MARKER, json.dumps({"format": 1}).encode() + b"\n")
            self.pool.root.mkdir(mode=0o700, exist_ok=True)
            if not os.access(self.root, os.W_OK | os.X_OK):
                raise BadPlace(f"{self.root} cannot be written to: change its rights.")
        except OSError as error:
            raise BadPlace(
                f"{self.root} cannot be used ({error.strerror}): name a folder that can be "
                "written to."
            ) from error

    def demand(self) -> None:
        """Raise `NoBackup` unless backups have been made here."""
        try:
            is_ours = (self.root / _MARKER).is_file() and os.access(self.root, os.R_OK | os.X_OK)
        except OSError:
            is_ours = False
        if not is_ours:
            raise NoBackup(f"{self.root} holds no backups that can be read.")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep others from changing anything here; raises `BackupBusy`."""
        descriptor = self._take_lock()
        try:
            yield
        finally:
            os.close(descriptor)

    def list_backups(self) -> list[Backup]:
        """Return all finished backups whose manifests make sense, the newest last."""
        found = []
        for folder in self._list_folders():
            try:
                found.append(Backup(folder, read_manifest(folder / NAME)))
            except BadBackup:
                continue
        return sorted(found, key=lambda backup: backup.manifest.number)

    def read_known(self) -> dict[str, int]:
        """Return the digests and sizes of all blobs that finished backups stand on."""
        known: dict[str, int] = {}
        for backup in self.list_backups():
            with suppress(BadBackup):
                known |= backup.read_blobs()
        return known

    def list_broken(self) -> list[str]:
        """Return the names of folders that look like backups and whose manifests make no sense."""
        sound = {backup.folder for backup in self.list_backups()}
        return sorted(folder.name for folder in self._list_folders() if folder not in sound)

    def next_number(self) -> int:
        """Return a number that no backup has had, damaged ones included."""
        return (
            max((int(folder.name.split("-")[0]) for folder in self._list_folders()), default=0) + 1
        )

    def begin(self) -> None:
        """Make the folder in which a backup is made; what was left there before goes."""
        self.forget_work()
        self.work.mkdir(mode=0o700)

    def forget_work(self) -> None:
        """Remove what is not finished."""
        shutil.rmtree(self.work, ignore_errors=True)

    def finish(self, manifest: Manifest) -> Backup:
        """Let what was made count: its manifest is written last, and then it gets its name."""
        folder = self.root / f"{manifest.number:04}-{manifest.started_at:%Y%m%dT%H%M%SZ}"
        write_new(self.work / NAME, manifest.as_text().encode())
        sync_folder(self.work)
        self.work.rename(folder)
        sync_folder(self.root)
        return Backup(folder, manifest)

    def remove(self, backup: Backup) -> None:
        """Remove a backup; its blobs stay until `remove_unneeded`."""
        # From this moment on it does not count, whatever happens.
        self.forget_work()
        backup.folder.rename(self.work)
        self.forget_work()

    def remove_unneeded(self) -> int:
        """Remove blobs that no backup stands on; return the bytes. Nothing if one cannot tell."""
        if self.list_broken():
            return 0
        needed: set[str] = set()
        for backup in self.list_backups():
            needed |= backup.read_blobs().keys()
        return self.pool.remove_others(needed)

    def _take_lock(self) -> int:
        path = self.root / _LOCK
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise BadPlace(
                f"{path} cannot be used ({error.strerror}): change its rights."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise BackupBusy(
                f"Somebody else is working in {self.root}: wait until that is done."
            ) from error
        return descriptor

    def _list_folders(self) -> list[Path]:
        try:
            return [
                folder
                for folder in self.root.iterdir()
                if _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink()
            ]
        except OSError as error:
            raise NoBackup(f"{self.root} cannot be read ({error.strerror}).") from error


def _pair(line: str) -> tuple[str, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("not a line of ours")
    return found[1], int(found[2])
