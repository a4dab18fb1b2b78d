"""The records a ZIP file is made of (APPNOTE 4.3), read without trust.

Readers differ in which record they believe. A file in which two records
disagree shows one content to us and another to an installer, so it is refused.
"""

import struct
import zlib
from dataclasses import dataclass

from app.uploads.exceptions import InvalidArchive

CENTRAL = struct.Struct("<4s2xBxHH4xLLLHHHH6xL")
LOCAL = struct.Struct("<4s2xHH4xLLLHH")
END = struct.Struct("<4sHHHHLLH")
END64 = struct.Struct("<4sQ4xLLQQQQ")
LOCATOR64 = struct.Struct("<4sLQL")
EXTRA = struct.Struct("<HH")

CENTRAL_MAGIC = b"PK\x01\x02"
LOCAL_MAGIC = b"PK\x03\x04"
END_MAGIC = b"PK\x05\x06"
END64_MAGIC = b"PK\x06\x06"
LOCATOR64_MAGIC = b"PK\x06\x07"

STORED = 0
DEFLATED = 8
IN_ZIP64 = 0xFFFFFFFF
_ZIP64_EXTRA = 0x0001
_UNICODE_PATH_EXTRA = 0x7075
_ZIP64_LENGTHS = frozenset({0, 8, 16, 24, 28})
NEWEST_VERSION = 63  # of the format, as major * 10 + minor
_ENCRYPTED = 0x2041  # encrypted, strongly encrypted, masked directory
_DATA_DESCRIPTOR = 0x0008
_UTF8 = 0x0800
# How hard the packer tried says nothing about the content.
_EFFORT = 0x0006


@dataclass(frozen=True, slots=True)
class Member:
    """One file or folder of a ZIP archive; sizes in bytes, packed before unpacked."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def is_folder(self) -> bool:
        """Return whether the member is a folder, which the name alone decides."""
        return self.name.endswith("/")


def malformed(detail: str, *, code: str = "malformed-zip") -> InvalidArchive:
    """Return the refusal for a ZIP file whose records are not as they should be."""
    return InvalidArchive(f"ZIP archive not accepted: {detail}.", code=code)


def check_flags(flags: int, method: int) -> None:
    """Raise InvalidArchive for members which installers read differently or not at all."""
    if flags & _ENCRYPTED:
        raise malformed("a member is encrypted, pack it without a password", code="encrypted")
    if flags & _DATA_DESCRIPTOR:
        # A reader that streams cannot know where such a member ends.
        raise malformed(
            "a member has a data descriptor, write its sizes in the header",
            code="data-descriptor",
        )
    if method not in (STORED, DEFLATED):
        raise malformed(
            f"compression method {method} is used, only stored and deflated are supported",
            code="unsupported-compression",
        )


def flags_that_count(flags: int, name: bytes) -> int:
    """Return the flags in which the two headers of a member must agree."""
    ignored = _EFFORT | _UTF8 if name.isascii() else _EFFORT
    return flags & ~ignored


def decode_name(name: bytes, flags: int) -> str:
    """Return the name as text, which must read the same under every ZIP reader."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("a filename is not valid UTF-8", code="unsafe-name") from None
    if not flags & _UTF8 and not name.isascii():
        raise malformed("a non-ASCII filename is not marked as UTF-8", code="unsafe-name")
    return text


def split_extra(extra: bytes, name: bytes) -> bytes | None:
    """Return the ZIP64 field among the extra fields, or None; refuse misleading ones."""
    zip64 = None
    position = 0
    seen = set()
    while position < len(extra):
        kind, content, position = _next_extra(extra, position)
        if kind in (_ZIP64_EXTRA, _UNICODE_PATH_EXTRA) and kind in seen:
            raise malformed("an extra field is given twice", code="extra-field")
        seen.add(kind)
        if kind == _ZIP64_EXTRA:
            zip64 = content
        elif kind == _UNICODE_PATH_EXTRA:
            _check_unicode_path(content, name)
    return zip64


def _next_extra(extra: bytes, position: int) -> tuple[int, bytes, int]:
    start = position + EXTRA.size
    if start > len(extra):
        raise malformed("an extra field is too short", code="extra-field")
    kind, length = EXTRA.unpack_from(extra, position)
    if start + length > len(extra):
        raise malformed("an extra field is cut off", code="extra-field")
    return kind, extra[start : start + length], start + length


def _check_unicode_path(content: bytes, name: bytes) -> None:
    version, crc, path = content[:1], content[1:5], content[5:]
    if version != b"\x01" or crc != struct.pack("<L", zlib.crc32(name)) or path != name:
        raise malformed("a member has two different names", code="extra-field")


def widen(fields: tuple[int, ...], zip64: bytes | None) -> tuple[int, ...]:
    """Return sizes and offset with ZIP64 values in the place of the markers.

    The field holds only the values that have a marker, in order; some writers
    always put all of them, which is accepted when both readings agree.
    """
    if zip64 is None:
        return fields
    if len(zip64) not in _ZIP64_LENGTHS:
        raise malformed("a ZIP64 field has a wrong length", code="zip64")
    numbers = struct.unpack(f"<{len(zip64) // 8}Q", zip64[: len(zip64) // 8 * 8])
    marked = [index for index, value in enumerate(fields) if value == IN_ZIP64]
    if len(numbers) < len(marked):
        raise malformed("a ZIP64 field is too short", code="zip64")
    wide = list(fields)
    for index, number in zip(marked, numbers, strict=False):
        wide[index] = number
    if len(numbers) > len(marked) and numbers[: len(wide)] != tuple(wide[: len(numbers)]):
        raise malformed("a ZIP64 field contradicts its header", code="zip64")
    return tuple(wide)
