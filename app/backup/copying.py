"""Copying and hashing files in small steps, as somebody who stands behind all others."""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

CHUNK = 1024 * 1024
_LOWEST = 19
# Whoever was stopped for an hour need not rest for three.
_LONGEST_REST = 1.0


class Pace:
    """Keeps work from disturbing others: it rests in between, and reads only so fast.

    `rest` is how many times as long as it worked it rests; bytes a second of 0 are no bound.
    """

    def __init__(self, *, rest: float = 0, bytes_per_second: int = 0) -> None:
        self._rest = rest
        self._rate = bytes_per_second
        self._began = self._ahead_until = time.monotonic()

    def spend(self, size: int = 0) -> None:
        """Rest after some work, and until so many bytes may have been read."""
        now = time.monotonic()
        pause = min((now - self._began) * self._rest, _LONGEST_REST)
        if self._rate:
            self._ahead_until = max(self._ahead_until, now) + size / self._rate
            pause = max(pause, self._ahead_until - now)
        if pause:
            time.sleep(pause)
        self._began = time.monotonic()

    def keep(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what comes, no faster than it may."""
        for chunk in chunks:
            yield chunk
            self.spend(len(chunk))


def stand_behind() -> None:
    """Let this process have the processor and the disk only when nobody else wants them."""
    with suppress(OSError):
        os.nice(_LOWEST)
    # Python has no way to it. Some schedulers of disks do not care.
    program = shutil.which("ionice")
    if program is not None:
        subprocess.run(  # noqa: S603 - our own arguments
            [program, "-c", "3", "-p", str(os.getpid())], check=False, capture_output=True
        )


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of an open file."""
    while chunk := file.read(CHUNK):
        yield chunk


def hash_file(path: Path, pace: Pace) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file, which must be no link."""
    with open_no_link(path) as file:
        return drain(pace.keep(chunks_of(file)))


def drain(chunks: Iterable[bytes], target: BinaryIO | None = None) -> tuple[int, str]:
    """Return the size and the SHA-256 of what comes, written to a file if there is one."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return size, digest.hexdigest()


def open_no_link(path: Path) -> BinaryIO:
    """Open a file for reading, but nothing that a link leads to."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def open_new(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def write_new(path: Path, content: bytes) -> None:
    """Write a small file that only its owner may read, and bring it to the disk."""
    with open_new(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
