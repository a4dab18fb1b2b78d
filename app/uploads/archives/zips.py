"""A ZIP file, listed and read so that every other reader sees the same."""

import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from app.uploads.archives.limits import check_unpacked_size
from app.uploads.archives.members import shorten
from app.uploads.archives.zipdirectory import find_directory, read_directory
from app.uploads.archives.ziprecords import (
    LOCAL,
    LOCAL_MAGIC,
    STORED,
    Member,
    flags_that_count,
    malformed,
    split_extra,
    widen,
)
from app.uploads.exceptions import InvalidArchive

_PIECE = 256 * 1024
# Most names and extra fields lie within one read of this size.
_GUESS = LOCAL.size + 226


def list_members(file: BinaryIO) -> dict[str, Member]:
    """Return the members by name, after comparing every record that describes them.

    Members must lie one after another from the first byte to the table of
    contents, so nothing is hidden before, between, behind or on top of them.
    Nothing is unpacked. Raises InvalidArchive.
    """
    directory = find_directory(file)
    _check_start(file)
    members = read_directory(file, directory)
    by_name = {member.name: member for member in members}
    if len(by_name) != len(members):
        raise malformed("two members have the same name", code="duplicate-name")
    _check_sizes(file, members)
    _walk(file, members, end=directory.offset)
    return by_name


def read_member(file: BinaryIO, member: Member, limit: int) -> bytes:
    """Return the unpacked bytes of a small member; raise InvalidArchive above the limit."""
    if member.size > limit:
        raise InvalidArchive(
            f"Member {shorten(member.name)} is too large, the limit is {limit} bytes.",
            code="member-too-large",
        )
    return b"".join(unpack(file, member))


def unpack(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Give the unpacked bytes of a member in pieces, then compare size and checksum."""
    pieces = _packed_pieces(file, member)
    crc = size = 0
    for piece in pieces if member.method == STORED else _inflate(pieces, member):
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        if size > member.size:
            break
        yield piece
    if size != member.size or crc != member.crc:
        raise _damaged(member)


class MemberReader(io.RawIOBase):
    """A member as a file that is read once, from the beginning."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._pieces = unpack(file, member)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill the buffer from the pieces and return how many bytes came."""
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _check_start(file: BinaryIO) -> None:
    start = os.pread(file.fileno(), tarfile.BLOCKSIZE, 0)
    if not start.startswith(b"PK"):
        raise malformed("there is data before the archive", code="leading-data")
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return
    raise InvalidArchive("The file is both a zip and a tar file.", code="polyglot")


def _check_sizes(file: BinaryIO, members: list[Member]) -> None:
    packed = os.fstat(file.fileno()).st_size
    check_unpacked_size(sum(member.size for member in members), packed)
    for member in members:
        if member.method == STORED and member.size != member.packed:
            raise malformed("a stored member has two sizes", code="header-mismatch")
        if member.is_folder and member.size:
            raise malformed("a folder has content")


def _walk(file: BinaryIO, members: list[Member], *, end: int) -> None:
    position = 0
    for member in sorted(members, key=lambda member: member.offset):
        if member.offset != position:
            raise malformed("members overlap or have data between them", code="hidden-data")
        position = _check_local(file, member) + member.packed
    if position != end:
        raise malformed(
            "there is data between the members and the central directory", code="hidden-data"
        )


def _check_local(file: BinaryIO, member: Member) -> int:
    header = _read_local(file, member)
    magic, flags, method, crc, packed, size, name_length, extra_length = LOCAL.unpack_from(header)
    name = header[LOCAL.size : LOCAL.size + name_length]
    extra = header[LOCAL.size + name_length :]
    expected = member.name.encode()
    if name != expected:
        raise malformed("a local header has another name", code="header-mismatch")
    if extra_length:
        size, packed = widen((size, packed), split_extra(extra, name))
    found = (flags_that_count(flags, name), method, crc, packed, size)
    listed = flags_that_count(member.flags, name), member.method, member.crc
    if found != (*listed, member.packed, member.size):
        raise malformed("a local header and the central directory differ", code="header-mismatch")
    return member.offset + len(header)


def _read_local(file: BinaryIO, member: Member) -> bytes:
    header = os.pread(file.fileno(), _GUESS, member.offset)
    if len(header) < LOCAL.size or not header.startswith(LOCAL_MAGIC):
        raise malformed("a local header is missing", code="header-mismatch")
    *_, name_length, extra_length = LOCAL.unpack_from(header)
    length = LOCAL.size + name_length + extra_length
    if length > len(header):
        header = os.pread(file.fileno(), length, member.offset)
    if len(header) < length:
        raise malformed("a local header is cut off", code="header-mismatch")
    return header[:length]


def _packed_pieces(file: BinaryIO, member: Member) -> Iterator[bytes]:
    position = member.offset + len(_read_local(file, member))
    end = position + member.packed
    while position < end:
        piece = os.pread(file.fileno(), min(_PIECE, end - position), position)
        if not piece:
            raise _damaged(member)
        position += len(piece)
        yield piece


def _inflate(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in pieces:
            rest = piece
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _PIECE)
                rest = decoder.unconsumed_tail
            if decoder.unused_data:
                raise _damaged(member)
        yield decoder.flush()
    except zlib.error:
        raise _damaged(member) from None
    if not decoder.eof:
        raise _damaged(member)


def _damaged(member: Member) -> InvalidArchive:
    return InvalidArchive(
        f"Member {shorten(member.name)} is damaged, build the archive again.",
        code="damaged-member",
    )
