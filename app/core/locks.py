"""Locks between the processes of one machine: files that the kernel lets one thread hold.

A process that dies gives them back at once, whatever it was doing.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from app.core.exceptions import Unavailable
from app.core.i18n import _l

# Keys share so many files: enough that two of them seldom wait for each other.
STRIPES = 1024
_PAUSE_SECONDS = 0.002


class LockBusy(Unavailable):
    """Somebody else has held a lock for longer than we may wait."""

    code = "lock-busy"
    message = _l("Somebody else is changing this at the moment. Please try again.")


class Locks:
    """Locks by kind and key, in a folder. A thread may enter one again that it holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine = threading.local()

    @contextmanager
    def hold(self, kind: str, key: str, *, patience: float) -> Iterator[None]:
        """Hold a lock for the block; raises `LockBusy` after `patience` seconds, or `OSError`.

        Keys of different kinds never wait for each other.
        """
        path = self._folder / f"{kind}-{crc32(key.encode()) % STRIPES:03x}"
        held: set[Path] = self._mine.__dict__.setdefault("held", set())
        if path in held:
            yield
            return
        descriptor = _lock(path, time.monotonic() + patience)
        held.add(path)
        try:
            yield
        finally:
            held.discard(path)
            os.close(descriptor)


def _lock(path: Path, deadline: float) -> int:
    while True:
        descriptor = _open(path)
        try:
            if _try(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise LockBusy
        time.sleep(_PAUSE_SECONDS)


def _try(path: Path, descriptor: int) -> bool:
    """Try to lock an open file that is still the one at its path."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return _is_still(path, descriptor)


def _open(path: Path) -> int:
    with suppress(FileNotFoundError):
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether a path leads to the file that we hold: somebody may have cleared the folder."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False
