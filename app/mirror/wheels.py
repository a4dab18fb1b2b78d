"""The core metadata in a wheel, read with bounds on all that a stranger may have put there."""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.projects.names import normalise

# An upstream's own `.metadata` has the same limit.
LARGEST = 8 * 1024 * 1024
_LARGEST_DIRECTORY = 32 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_MAGIC = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 1


@dataclass(frozen=True)
class _Member:
    """A member of a wheel: where its header stands, and how its bytes are packed."""

    name: str
    method: int
    packed: int
    size: int
    crc: int
    offset: int


def find_metadata(wheel: BinaryIO, project: str) -> bytes | None:
    """Return the METADATA of a wheel of a project, or None if they cannot be read for sure."""
    try:
        found = [one for one in _members(wheel) if _is_metadata(one.name)]
        if len(found) != 1 or not _belongs(found[0].name, project):
            return None
        content = _unpack(wheel, found[0])
    except (struct.error, UnicodeDecodeError, zlib.error, ValueError):
        return None
    is_right = len(content) == found[0].size and zlib.crc32(content) == found[0].crc
    return content if is_right else None


def _is_metadata(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder.endswith(".dist-info") and file == "METADATA"


def _belongs(name: str, project: str) -> bool:
    # Another folder would be that of another project, which the wheel has in it.
    return normalise(name.partition("-")[0]) == project


def _members(wheel: BinaryIO) -> Iterator[_Member]:
    directory = _read_directory(wheel)
    position = 0
    while directory[position : position + 4] == _ENTRY_MAGIC:
        entry = _ENTRY.unpack_from(directory, position)
        flags, method = entry[3:5]
        crc, packed, size = entry[7:10]
        name_length, extra_length, comment_length = entry[10:13]
        start = position + _ENTRY.size
        name = directory[start : start + name_length].decode()
        position = start + name_length + extra_length + comment_length
        if not flags & _ENCRYPTED:
            yield _Member(name, method, packed, size, crc, entry[16])


def _read_directory(wheel: BinaryIO) -> bytes:
    """Return the table of contents, which no wheel under 4 GB has in the longer form (ZIP64)."""
    length = wheel.seek(0, os.SEEK_END)
    start = max(0, length - _END.size - _LONGEST_COMMENT)
    end = _read(wheel, start, length - start)
    found = end.rfind(_END_MAGIC)
    if found < 0:
        raise ValueError("there is no table of contents")
    *_, size, offset, _comment = _END.unpack_from(end, found)
    if size > _LARGEST_DIRECTORY:
        raise ValueError("the table of contents is too long")
    return _read(wheel, offset, size)


def _unpack(wheel: BinaryIO, member: _Member) -> bytes:
    if max(member.size, member.packed) > LARGEST:
        raise ValueError("the metadata are too long")
    header = _read(wheel, member.offset, _LOCAL.size)
    if not header.startswith(_LOCAL_MAGIC):
        raise ValueError("there is no member")
    *_, name_length, extra_length = _LOCAL.unpack(header)
    packed = _read(wheel, member.offset + _LOCAL.size + name_length + extra_length, member.packed)
    if member.method == _STORED:
        return packed
    if member.method != _DEFLATED:
        raise ValueError("the metadata are packed in a strange way")
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LARGEST + 1)


def _read(wheel: BinaryIO, offset: int, size: int) -> bytes:
    wheel.seek(offset)
    return wheel.read(size)
