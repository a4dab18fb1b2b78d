"""The list of all projects, put together from segments.

Rendering and compressing 900,000 names takes seconds, and a new name changes
one line. So the list is kept in segments of about SEGMENT names; a change
renders its segment alone, and the list is their sum. Compressed segments can be
added up as well: each ends on a byte and looks at none before it (RFC 1951).
"""

import json
import secrets
import struct
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

from app.core.faults import reach
from app.simple import serializers
from app.simple.shelf import Shelf
from app.sources.base import LAST

SEGMENT = 2_000

Names = Iterable[tuple[str, str]]
# Yields the names from one up to, without, another.
Read = Callable[[str, str], Names]

_LEVEL = 5
_WAITING = 8
_LENGTHS = struct.Struct(">4Q")
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_PARTS = ("html", "json", "html.gz", "json.gz")


@dataclass(frozen=True)
class Segment:
    """A part of the list: its first name, how many it has, and its file.

    `is_head` marks the one in front, whose JSON begins without a comma.
    """

    first: str
    count: int
    file: str
    size: int
    is_head: bool


_NOTHING = Segment("", 0, "", 0, is_head=True)


@dataclass(frozen=True)
class Manifest:
    """The segments in their order, and the number of the change that they show."""

    serial: int
    segments: tuple[Segment, ...]

    @property
    def count(self) -> int:
        """Return how many names there are."""
        return sum(segment.count for segment in self.segments)


class RootList:
    """The segments of one generation of an index; whoever uses them holds the list's lock."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        self._shelf = shelf
        self._folder = folder

    def find(self) -> Manifest | None:
        """Return what is there, if it is all there, or None."""
        try:
            told = json.loads((self._folder / "manifest").read_bytes())
            known = Manifest(told["serial"], tuple(Segment(*one) for one in told["segments"]))
            sizes = [(self._folder / one.file).stat().st_size for one in known.segments]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known if sizes == [one.size for one in known.segments] else None

    def rebuild(self, names: Names, serial: int) -> Manifest:
        """Make all segments anew."""
        chunks = iter(names)
        segments: list[Segment] = []
        waiting: deque[Future[Segment]] = deque()
        # Compressing needs no Python, so two at it and one who reads keep two processors busy.
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(chunks, SEGMENT)):
                is_head = not segments and not waiting
                waiting.append(pool.submit(self._write, chunk, is_head=is_head))
                if len(waiting) > _WAITING:
                    segments.append(waiting.popleft().result())
            segments.extend(future.result() for future in waiting)
        return self.keep(Manifest(serial, tuple(segments)))

    def refresh(self, known: Manifest, changed: Iterable[str], read: Read, serial: int) -> Manifest:
        """Make the segments of changed names anew, to be kept when the change is committed."""
        segments = list(known.segments) or [_NOTHING]
        # From the end, because a segment can become two or none.
        for position in sorted({_position_of(segments, name) for name in changed}, reverse=True):
            self._replace(segments, position, read)
        while segments and not segments[0].is_head:
            self._replace(segments, 0, read)
        return Manifest(serial, tuple(one for one in segments if one.count))

    def forms(self, known: Manifest) -> dict[str, Iterator[bytes]]:
        """Return the chunks of the whole list by the endings of its forms."""
        frames = {
            "html": serializers.root_html_frame(known.serial),
            "json": serializers.root_json_frame(known.serial),
        }
        plain = {part: self._plain(known, part, *frames[part]) for part in frames}
        packed = {f"{part}.gz": self._packed(known, part, *frames[part]) for part in frames}
        return plain | packed

    def _replace(self, segments: list[Segment], position: int, read: Read) -> None:
        """Write the names of a segment anew, as several when they are too many for one."""
        begin = segments[position].first if position else ""
        following = segments[position + 1 : position + 2]
        names = list(read(begin, following[0].first if following else LAST))
        size = SEGMENT if len(names) > 2 * SEGMENT else max(len(names), 1)
        segments[position : position + 1] = [
            self._write(names[start : start + size], is_head=position + start == 0)
            for start in range(0, len(names), size)
        ]

    def _write(self, names: list[tuple[str, str]], *, is_head: bool) -> Segment:
        html = serializers.root_html_lines(names)
        json_ = serializers.root_json_items(names, is_first=is_head)
        parts = (html, json_, _deflate(html), _deflate(json_))
        # Another file each time: a crash must not leave a new segment under an old manifest.
        file = secrets.token_hex(8)
        head = _LENGTHS.pack(*map(len, parts))
        self._shelf.put(self._folder / file, (head, *parts))
        size = len(head) + sum(map(len, parts))
        return Segment(names[0][1], len(names), file, size, is_head)

    def keep(self, manifest: Manifest) -> Manifest:
        """Let these segments be the list, and remove all others."""
        told = [astuple(one) for one in manifest.segments]
        text = json.dumps({"serial": manifest.serial, "segments": told})
        self._shelf.put(self._folder / "manifest", [text.encode()])
        reach("list.kept")
        needed = {one.file for one in manifest.segments} | {"manifest"}
        for path in self._folder.iterdir():
            if path.name not in needed:
                path.unlink(missing_ok=True)
        return manifest

    def _plain(self, known: Manifest, part: str, head: bytes, tail: bytes) -> Iterator[bytes]:
        yield head
        for segment in known.segments:
            yield self._read(segment, part)
        yield tail

    def _packed(self, known: Manifest, part: str, head: bytes, tail: bytes) -> Iterator[bytes]:
        crc, size = zlib.crc32(head), len(head)
        yield _GZIP_HEAD + _deflate(head)
        for segment in known.segments:
            plain = self._read(segment, part)
            crc, size = zlib.crc32(plain, crc), size + len(plain)
            yield self._read(segment, f"{part}.gz")
        end = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        yield end.compress(tail) + end.flush()
        # RFC 1952: the check sum and the size of what was compressed.
        yield struct.pack("<LL", zlib.crc32(tail, crc), (size + len(tail)) & 0xFFFFFFFF)

    def _read(self, segment: Segment, part: str) -> bytes:
        with (self._folder / segment.file).open("rb") as file:
            head = file.read(_LENGTHS.size)
            if len(head) < _LENGTHS.size:
                raise OSError(f"segment {segment.file} is cut short")
            lengths = _LENGTHS.unpack(head)
            position = _PARTS.index(part)
            file.seek(sum(lengths[:position]), 1)
            content = file.read(lengths[position])
        if len(content) != lengths[position]:
            raise OSError(f"segment {segment.file} is cut short")
        return content


def _position_of(segments: list[Segment], name: str) -> int:
    return max(bisect_right([segment.first for segment in segments], name) - 1, 0)


def _deflate(content: bytes) -> bytes:
    """Return bytes compressed without an end, so that others can follow."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
