"""Bytes on their way in: written once, hashed on the way."""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from app.core.faults import reach
from app.core.storage.exceptions import StorageUnavailable


class Incoming:
    """A file that is being received; counts and hashes what passes through it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file: BinaryIO = path.open("xb+")
        # The kernel takes it back when this process dies; see `is_left`.
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._digests: dict[str, Any] = {
            # Old clients check it; nothing is trusted because of it.
            "md5": hashlib.md5(usedforsecurity=False),
            "sha256": hashlib.sha256(),
            "blake2_256": hashlib.blake2b(digest_size=32),
        }

    def write(self, chunk: bytes) -> int:
        """Take the next bytes; raises `StorageUnavailable` when the disk is full."""
        for digest in self._digests.values():
            digest.update(chunk)
        self.size += len(chunk)
        try:
            reach("blob.arriving")
            return self._file.write(chunk)
        except OSError as error:
            raise StorageUnavailable from error

    def digest(self, name: str = "sha256") -> str:
        """Return the hex digest of all that came: `md5`, `sha256` or `blake2_256`."""
        return str(self._digests[name].hexdigest())

    def sync(self) -> None:
        """Bring all bytes to the disk."""
        self.flush()
        try:
            reach("blob.syncing")
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StorageUnavailable from error

    def flush(self) -> None:
        """Make the bytes visible to whoever opens the path."""
        try:
            self._file.flush()
        except OSError as error:
            raise StorageUnavailable from error

    def close(self) -> None:
        """Close the file and remove what nobody saved."""
        try:
            # A full disk refuses the last bytes here too, and nobody wants them.
            with suppress(OSError):
                self._file.close()
        finally:
            self.path.unlink(missing_ok=True)


def is_left(path: Path) -> bool:
    """Tell whether nobody is receiving a file any more."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
