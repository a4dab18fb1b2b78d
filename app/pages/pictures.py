"""What pictures are, read from their first bytes: nothing is ever decoded here.

A small file can say that it is as large as a town; whoever decoded it to find out
would fall for it.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from app.pages.exceptions import BadImage, ImageTooLarge

MOST_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 10_000

Size = tuple[int, int]
# Start of frame, in all its kinds (ITU T.81); the others that begin with C are tables.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}


@dataclass(frozen=True)
class Picture:
    """What a picture says about itself."""

    media_type: str
    width: int
    height: int


def look_at(content: bytes) -> Picture:
    """Return what a picture is; raises `BadImage` and `ImageTooLarge`."""
    if len(content) > MOST_BYTES:
        raise ImageTooLarge
    for beginning, media_type, measure in _KINDS:
        if beginning.match(content):
            try:
                width, height = measure(content)
            except (struct.error, IndexError) as error:
                raise BadImage from error
            _demand_size(width, height)
            return Picture(media_type, width, height)
    raise BadImage


def _demand_size(width: int, height: int) -> None:
    if not (width and height):
        raise BadImage
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise ImageTooLarge


def _measure_png(content: bytes) -> Size:
    # The header comes first, or it is none.
    if content[12:16] != b"IHDR" or b"IEND" not in content[-64:]:
        raise BadImage
    return struct.unpack(">II", content[16:24])


def _measure_gif(content: bytes) -> Size:
    return struct.unpack("<HH", content[6:10])


def _measure_jpeg(content: bytes) -> Size:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise BadImage
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            (length,) = struct.unpack(">H", content[at + 2 : at + 4])
            at += 2 + max(length, 2)


def _measure_webp(content: bytes) -> Size:
    kind = content[12:16]
    if kind == b"VP8X":
        return _read24(content, 24) + 1, _read24(content, 27) + 1
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack("<I", content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise BadImage


def _read24(content: bytes, at: int) -> int:
    return content[at] | content[at + 1] << 8 | content[at + 2] << 16


_KINDS: tuple[tuple[re.Pattern[bytes], str, Callable[[bytes], Size]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _measure_png),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _measure_jpeg),
    (re.compile(rb"GIF8[79]a"), "image/gif", _measure_gif),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp", _measure_webp),
)
