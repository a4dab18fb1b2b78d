"""The header blocks a tar file is made of (POSIX ustar and pax, GNU)."""

import re
from dataclasses import dataclass

from app.uploads.exceptions import InvalidArchive

BLOCK = 512
FILE = b"0"
HARD_LINK = b"1"
SYMBOLIC_LINK = b"2"
FOLDER = b"5"
PAX = b"x"
PAX_GLOBAL = b"g"
GNU_NAME = b"L"
GNU_LINK = b"K"
GNU_SPARSE = b"S"
EXTENSIONS = frozenset({PAX, PAX_GLOBAL, GNU_NAME, GNU_LINK})
LINKS = frozenset({HARD_LINK, SYMBOLIC_LINK})

_OLD_FILE = b"\0"
_CONTIGUOUS_FILE = b"7"
_GNU_TYPES = frozenset({GNU_NAME, GNU_LINK, GNU_SPARSE})
_KNOWN = EXTENSIONS | LINKS | {FILE, FOLDER, GNU_SPARSE}
_OCTAL = re.compile(rb" *[0-7]*")
# Mode, owners, time and device: nothing to us, but a reader stumbles over bad ones.
_OTHER_NUMBERS = (slice(100, 108), slice(108, 116), slice(116, 124), slice(136, 148))
_DEVICE_NUMBERS = (slice(329, 337), slice(337, 345))
_BINARY = (0x80, 0xFF)
_PAX_RECORD = re.compile(rb"([0-9]{1,8}) ([^=]+)=", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """One header block; the size of its data is in bytes."""

    name: str
    kind: bytes
    size: int
    target: str


def malformed(detail: str, *, code: str = "malformed-tar") -> InvalidArchive:
    """Return the refusal for a tar file which is not as it should be."""
    return InvalidArchive(f"tar archive not accepted: {detail}.", code=code)


def parse_header(block: bytes) -> Header:
    """Return what a header block says; raise InvalidArchive for a broken one."""
    if len(block) < BLOCK:
        raise malformed("it is cut off")
    _check_sum(block)
    for field in _OTHER_NUMBERS + _DEVICE_NUMBERS:
        if block[field.start] not in _BINARY:
            _parse_number(block[field])
    kind = block[156:157]
    name = decode_text(_until_nul(block[:100]))
    if kind not in _GNU_TYPES and block[345] and block[257:262] == b"ustar":
        name = f"{decode_text(_until_nul(block[345:500]))}/{name}"
    return Header(
        name=name,
        kind=_kind(kind, name),
        size=_parse_number(block[124:136]),
        target=decode_text(_until_nul(block[157:257])),
    )


def parse_pax(data: bytes) -> dict[str, str]:
    """Return the records of an extended header by key."""
    records = {}
    position = 0
    while position < len(data):
        match = _PAX_RECORD.match(data, position)
        if match is None:
            break
        end = position + int(match[1])
        if end <= match.end() or data[end - 1 : end] != b"\n":
            raise malformed("an extended header has a wrong length")
        records[decode_text(match[2])] = decode_text(data[match.end() : end - 1])
        position = end
    if data[position:].strip(b"\0"):
        raise malformed("an extended header is not readable")
    return records


def decode_text(raw: bytes) -> str:
    """Return UTF-8 as text; other bytes, which old archives have, become U+FFFD."""
    return raw.decode("utf-8", "replace")


def _until_nul(raw: bytes) -> bytes:
    return raw.partition(b"\0")[0]


def _kind(kind: bytes, name: str) -> bytes:
    if kind == _OLD_FILE and name.endswith("/"):
        return FOLDER
    if kind in (_OLD_FILE, _CONTIGUOUS_FILE):
        return FILE
    if kind not in _KNOWN:
        raise malformed("a member is a device, a pipe or unknown", code="special-file")
    return kind


def _check_sum(block: bytes) -> None:
    expected = _parse_number(block[148:156])
    rest = block[:148] + block[156:]
    if expected != 256 + sum(rest) and expected != _signed_sum(rest):
        raise malformed("a header has a wrong checksum")


def _signed_sum(rest: bytes) -> int:
    # Some old writers added up the bytes as signed numbers.
    return 256 + sum(byte - 256 if byte > 127 else byte for byte in rest)


def _parse_number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:])
    digits = _until_nul(field).rstrip(b" ")
    if _OCTAL.fullmatch(digits) is None:
        raise malformed("a header has a wrong number")
    return int(digits.lstrip(b" ") or b"0", 8)
