"""Parts of files that callers ask for (RFC 9110, section 14)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Longer numbers than any size are an attack on int().
_ONE = re.compile(r"bytes=\s*(?:(\d{1,19})-(\d{0,19})|-(\d{1,19}))\s*\Z", re.ASCII | re.IGNORECASE)
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Part:
    """The bytes of a file from `start` up to, without, `stop`."""

    start: int
    stop: int


class Unsatisfiable(Exception):
    """The range lies behind the end of the file."""


class Slice(Iterator[bytes]):
    """A part of an open file, in chunks."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        file.seek(part.start)
        self._file = file
        self._left = part.stop - part.start

    def __next__(self) -> bytes:
        chunk = self._file.read(min(_CHUNK, self._left))
        if not chunk:
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file; servers call this however the answer ends."""
        self._file.close()


def parse_range(header: str | None, size: int) -> Part | None:
    """Return the part that a Range header asks for, or None for the whole file.

    Raises `Unsatisfiable`. Headers that make no sense are ignored, as are those
    with several ranges: no installer sends them, and answering them can cost a
    multiple of the file.
    """
    match = _ONE.match(header or "")
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return _last_bytes(int(suffix), size)
    return _from(int(first), int(last) + 1 if last else None, size)


def _from(start: int, stop: int | None, size: int) -> Part | None:
    if stop is not None and stop <= start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, size if stop is None else min(stop, size))


def _last_bytes(count: int, size: int) -> Part:
    if count == 0 or size == 0:
        raise Unsatisfiable
    # RFC 9110: a suffix longer than the file means the whole of it.
    return Part(max(size - count, 0), size)
