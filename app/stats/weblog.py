"""nginx's log of downloads: what a line tells, and what is new in the log and its older parts.

A log is known by how it begins, not by its name or inode. So it stays the same
log when it is renamed or copied, and is another one when it was emptied or when
a new file was given its inode.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypedDict

from app.core import clock
from app.indexes.queries import MAIN
from app.stats.agents import UNKNOWN, Agent, agent_of
from app.stats.counter import Download

PIECE = 1024 * 1024
HEAD = 64 * 1024
# A log may be out of sight while it is renamed, or come back unpacked.
REMEMBERED = timedelta(days=7)

# logrotate's log.1 and log-20260501; those it has compressed end in letters.
_ROTATED = re.compile(r"[.-][0-9][0-9T_:.-]*")
# Any printable ASCII but a slash; no database refuses that.
_FILE = re.compile(r".*/files/([0-9a-f]{64})/([ -.0-~]{1,255})(?<!\.metadata)")
# As nginx reads it.
_BEGINNING = re.compile(r"bytes= *0+ *-", re.IGNORECASE)


class Position(TypedDict):
    """How many bytes of a log are counted, and the day on which it was last there."""

    offset: int
    seen: str


# By the digest of how a log begins.
Positions = Mapping[str, Position]


@dataclass(frozen=True)
class Reading:
    """What was read in one go, and the positions behind it; `is_cut` if there may be more."""

    counts: Counter[Download]
    positions: Positions
    broken: int
    is_cut: bool


class BrokenLine(ValueError):
    """A line is not what nginx was told to write."""


def read_new(log: Path, known: Positions) -> Reading:
    """Read what is new in a log and its older parts, not much more than two PIECEs."""
    positions = dict(known)
    pieces: list[bytes] = []
    for path in _list_parts(log):
        pieces.append(_read_on(path, positions))
        if sum(map(len, pieces)) >= PIECE:
            return _make_reading(pieces, positions, is_cut=True)
    # Only now all that are there have been seen.
    return _make_reading(pieces, _without_gone(positions), is_cut=False)


def find_download(line: bytes) -> Download | None:
    """Return the download that a line tells of, or None; raises `BrokenLine`."""
    try:
        # Whatever bytes a client calls itself by, its download counts.
        fields = json.loads(line.decode(errors="replace"))
        day, file = _parse_day(fields["time"]), _FILE.fullmatch(fields["uri"])
        status, method, asked = int(fields["status"]), fields["method"], fields["range"]
        is_begun = status == 200 or (status == 206 and _BEGINNING.match(asked) is not None)
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise BrokenLine from error
    if file is None or method != "GET" or not is_begun:
        return None
    return Download(day, MAIN, file[1], file[2], _find_agent(fields))


def _find_agent(fields: Mapping[str, object]) -> Agent:
    # Logs that were begun long ago do not tell it.
    told = fields.get("agent")
    return agent_of(told) if isinstance(told, str) else UNKNOWN


def _parse_day(text: str) -> date:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise BrokenLine
    return moment.astimezone(UTC).date()


def _list_parts(log: Path) -> list[Path]:
    """Return the log and what it was renamed or copied to; the log itself comes last."""
    found = [
        path
        for path in log.parent.iterdir()
        if path.name.startswith(log.name)
        and (path.name == log.name or _ROTATED.fullmatch(path.name.removeprefix(log.name)))
    ]
    return sorted(found, reverse=True)


def _read_on(path: Path, positions: dict[str, Position]) -> bytes:
    """Return the lines behind the position of a log, and move it behind them."""
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError):
        # A log that is renamed at this moment is found by its new name the next time.
        return b""
    with file:
        head = _identify(file)
        if head is None:
            return b""
        offset = positions[head]["offset"] if head in positions else 0
        lines = _read_lines(file, offset)
    positions[head] = Position(offset=offset + len(lines), seen=clock.today().isoformat())
    return lines


def _identify(file: BinaryIO) -> str | None:
    """Return the digest of all up to the first sound line, or of the HEAD if it has none.

    None as long as neither is there.
    """
    digest, left = hashlib.sha256(), HEAD
    while line := file.readline(left):
        digest.update(line)
        left -= len(line)
        if line.endswith(b"\n") and _is_sound(line):
            return digest.hexdigest()
    return None if left else digest.hexdigest()


def _is_sound(line: bytes) -> bool:
    try:
        find_download(line)
    except BrokenLine:
        return False
    return True


def _read_lines(file: BinaryIO, offset: int) -> bytes:
    """Return about a PIECE of lines; the last one is waited for until it is complete."""
    file.seek(offset)
    piece = file.read(PIECE)
    piece += file.readline(HEAD)
    end = piece.rfind(b"\n") + 1
    if not end and len(piece) == PIECE + HEAD:
        # No line of nginx's is that long, so nobody waits for its end.
        return piece
    return piece[:end]


def _make_reading(pieces: Iterable[bytes], positions: Positions, *, is_cut: bool) -> Reading:
    counts: Counter[Download] = Counter()
    broken = 0
    for line in (line for piece in pieces for line in BytesIO(piece)):
        try:
            download = find_download(line)
        except BrokenLine:
            broken += 1
            continue
        if download is not None:
            counts[download] += 1
    return Reading(counts=counts, positions=positions, broken=broken, is_cut=is_cut)


def _without_gone(positions: Positions) -> Positions:
    oldest = (clock.today() - REMEMBERED).isoformat()
    return {head: position for head, position in positions.items() if position["seen"] >= oldest}
