"""nginx as its log shows it, and logrotate."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

SHA256 = "ab" * 32


def line(filename="foo-1.0.tar.gz", *, sha256=SHA256, **facts) -> bytes:
    """Return a line of the log as nginx writes it."""
    fields = {
        "time": "2026-05-01T12:00:00+00:00",
        "method": "GET",
        "status": 200,
        "uri": f"/files/{sha256}/{filename}",
        "range": "",
        "agent": "pip/26.0",
    }
    return json.dumps(fields | facts, separators=(",", ":")).encode() + b"\n"


class Nginx:
    """A server that appends to its log; it goes on in the same file until it opens the log anew."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.rest = b""
        self.file = log.open("ab", buffering=0)

    def reopen(self) -> None:
        """Open the log anew, as after a USR1."""
        self.close()
        self.file = self.log.open("ab", buffering=0)

    def close(self) -> None:
        """End."""
        self.finish()
        self.file.close()

    def write(self, *lines: bytes) -> None:
        """Write whole lines."""
        self.finish()
        self.file.write(b"".join(lines))

    def begin(self, line: bytes, size: int) -> None:
        """Write the first bytes of a line."""
        self.finish()
        self.file.write(line[:size])
        self.rest = line[size:]

    def finish(self) -> None:
        """Write what a line that was begun still lacks."""
        self.file.write(self.rest)
        self.rest = b""


def rotate(log: Path) -> None:
    """Rename a log and its older parts, and make an empty one, as logrotate does by `create`."""
    _make_room(log)
    log.rename(f"{log}.1")
    log.touch()


def copy(log: Path) -> Path:
    """Copy a log, as logrotate does by `copytruncate` before it truncates."""
    _make_room(log)
    return Path(shutil.copyfile(log, f"{log}.1"))


def truncate(log: Path) -> None:
    """Empty a log."""
    with log.open("r+b") as file:
        file.truncate()


def _make_room(log: Path) -> None:
    numbers = range(len(list(log.parent.iterdir())), 0, -1)
    for new, old in pairwise(Path(f"{log}.{number}") for number in numbers):
        if old.exists():
            old.rename(new)
