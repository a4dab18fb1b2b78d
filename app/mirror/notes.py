"""Notes that processes share about a file on its way: who holds the note fetches, others read on.

The kernel gives the hold back when its process dies, whatever that was doing. A
note only grows, and is removed by its holder; whoever has it open still reads
its end.
"""

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Self


class Note:
    """One opened note; `is_mine` tells whether this opening holds it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.is_mine = False
        self._descriptor = descriptor
        self._read = 0
        self._rest = b""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the note at a path, and hold it if nobody else does; raises `OSError`."""
        while True:
            note = cls(path, _open(path))
            if not note.hold() or note._is_new():
                return note
            # Its holder has removed it in this moment, or died and left it.
            note.close()

    def hold(self) -> bool:
        """Hold it, unless somebody does; who held it has then gone, and wrote his last."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.is_mine = True
        return True

    def write(self, **facts: Any) -> None:
        """Write a line; raises `OSError` when the disk is full."""
        line = json.dumps(facts, separators=(",", ":")).encode() + b"\n"
        if os.write(self._descriptor, line) != len(line):
            raise OSError("a note was cut off")

    def read_on(self) -> list[dict[str, Any]]:
        """Return the lines that were written since the last time."""
        piece = os.pread(self._descriptor, 64 * 1024, self._read)
        self._read += len(piece)
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Let it go, and remove it if it was held."""
        try:
            if self.is_mine and self._is_there():
                self.path.unlink(missing_ok=True)
        finally:
            os.close(self._descriptor)

    def _is_new(self) -> bool:
        return self._is_there() and os.fstat(self._descriptor).st_size == 0

    def _is_there(self) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(self.path.stat(), os.fstat(self._descriptor))
        return False


def is_held(path: Path) -> bool:
    """Tell whether somebody holds the note at a path, without holding it longer than that takes."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    with suppress(FileNotFoundError):
        return os.open(path, flags, 0o600)
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, flags, 0o600)
