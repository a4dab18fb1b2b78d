"""The table of contents at the end of a ZIP file (APPNOTE 4.3.12 - 4.3.16)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.uploads.archives.limits import MAX_DIRECTORY_BYTES, check_member_count
from app.uploads.archives.members import check_member_name
from app.uploads.archives.ziprecords import (
    CENTRAL,
    CENTRAL_MAGIC,
    END,
    END64,
    END64_MAGIC,
    END_MAGIC,
    LOCATOR64,
    LOCATOR64_MAGIC,
    NEWEST_VERSION,
    Member,
    check_flags,
    decode_name,
    malformed,
    split_extra,
    widen,
)

_LONGEST_COMMENT = 0xFFFF
_END64_BODY = END64.size - 12


@dataclass(frozen=True)
class Directory:
    """Where the table of contents lies and what it claims to hold, in bytes."""

    offset: int
    length: int
    count: int


def read_directory(file: BinaryIO, directory: Directory) -> list[Member]:
    """Return the members that the table of contents lists, in its order."""
    check_member_count(directory.count)
    if directory.length > MAX_DIRECTORY_BYTES:
        raise malformed("the central directory is too long, use shorter names")
    table = os.pread(file.fileno(), directory.length, directory.offset)
    members = list(_iterate(table))
    if len(members) != directory.count:
        raise malformed("mismatched number of central directory records")
    return members


def find_directory(file: BinaryIO) -> Directory:
    """Return the place of the table of contents, on which all its records must agree."""
    size = os.fstat(file.fileno()).st_size
    end, tail = _find_end(file, size)
    _, disk, start_disk, here, count, length, offset, comment = END.unpack_from(tail)
    if disk or start_disk or here != count:
        raise malformed("the archive is split over several disks")
    if len(tail) < END.size + comment:
        raise malformed("the file is cut off")
    if len(tail) > END.size + comment:
        raise malformed("there is trailing data after the archive", code="trailing-data")
    if not tail[END.size :].isascii():
        raise malformed("the comment of the archive is not ASCII")
    return _widen_directory(file, end, Directory(offset, length, count))


def _find_end(file: BinaryIO, size: int) -> tuple[int, bytes]:
    start = max(0, size - END.size - _LONGEST_COMMENT)
    tail = os.pread(file.fileno(), size - start, start)
    position = tail.rfind(END_MAGIC)
    if position < 0 or len(tail) - position < END.size:
        raise malformed("the file is not a zip file, upload a wheel", code="not-a-zip")
    return start + position, tail[position:]


def _widen_directory(file: BinaryIO, end: int, narrow: Directory) -> Directory:
    locator_at = end - LOCATOR64.size
    locator = os.pread(file.fileno(), LOCATOR64.size, locator_at) if locator_at >= 0 else b""
    if not locator.startswith(LOCATOR64_MAGIC):
        return _placed(narrow, end)
    _, disk, end64_at, disks = LOCATOR64.unpack(locator)
    if disk or disks > 1 or end64_at != locator_at - END64.size:
        raise malformed("the ZIP64 locator points elsewhere", code="zip64")
    wide = _read_end64(file, end64_at)
    for small, large, marker in (
        (narrow.offset, wide.offset, 0xFFFFFFFF),
        (narrow.length, wide.length, 0xFFFFFFFF),
        (narrow.count, wide.count, 0xFFFF),
    ):
        if small not in (large, marker):
            raise malformed("the ZIP64 records contradict the others", code="zip64")
    return _placed(wide, end64_at)


def _read_end64(file: BinaryIO, offset: int) -> Directory:
    record = os.pread(file.fileno(), END64.size, offset)
    if len(record) != END64.size or not record.startswith(END64_MAGIC):
        raise malformed("the ZIP64 end record is missing", code="zip64")
    _, length, disk, start_disk, here, count, size, start = END64.unpack(record)
    if length != _END64_BODY:
        raise malformed("ZIP64 extensible data is not allowed", code="zip64")
    if disk or start_disk or here != count:
        raise malformed("the archive is split over several disks")
    return Directory(start, size, count)


def _placed(directory: Directory, end: int) -> Directory:
    if directory.offset + directory.length != end:
        raise malformed("mismatched central directory offset or size")
    return directory


def _iterate(table: bytes) -> Iterator[Member]:
    position = 0
    while position < len(table):
        member, position = _read_member(table, position)
        yield member


def _read_member(table: bytes, position: int) -> tuple[Member, int]:
    names_at = position + CENTRAL.size
    if names_at > len(table):
        raise malformed("truncated central directory")
    magic, version, flags, method, crc, packed, size, name_length, extra_length, *rest, offset = (
        CENTRAL.unpack_from(table, position)
    )
    extra_at = names_at + name_length
    after = extra_at + extra_length
    if magic != CENTRAL_MAGIC or after > len(table):
        raise malformed("truncated or unknown record in the central directory")
    if any(rest) or version > NEWEST_VERSION:
        raise malformed("a comment, a second disk or a new version in the central directory")
    check_flags(flags, method)
    raw_name = table[names_at:extra_at]
    name = decode_name(raw_name, flags)
    check_member_name(name)
    fields = (size, packed, offset)
    if extra_length:
        fields = _widen_sizes(table[extra_at:after], raw_name, fields)
    size, packed, offset = fields
    return Member(name, flags, method, crc, packed, size, offset), after


def _widen_sizes(extra: bytes, name: bytes, fields: tuple[int, int, int]) -> tuple[int, int, int]:
    size, packed, offset = widen(fields, split_extra(extra, name))
    return size, packed, offset
