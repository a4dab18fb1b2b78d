"""A gzip file, unpacked as a stream that never holds more than a piece."""

import os
import zlib
from typing import BinaryIO

from app.uploads.archives.limits import MAX_GZIP_PARTS, check_unpacked_size
from app.uploads.exceptions import InvalidArchive

_MAGIC = b"\x1f\x8b"
_READ = 64 * 1024
_PIECE = 256 * 1024


class GzipStream:
    """The unpacked bytes of a gzip file, read once from the beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed_size = os.fstat(file.fileno()).st_size
        self._decoder = _new_decoder()
        self._parts = 1
        self._input = file.read(_READ)
        self._piece = b""
        self._used = 0
        self.unpacked_size = 0
        if not self._input.startswith(_MAGIC):
            raise InvalidArchive(
                "File is not a gzip-compressed tarball, build the sdist again.", code="not-a-gzip"
            )

    @property
    def position(self) -> int:
        """Return how many unpacked bytes were read or passed over."""
        return self.unpacked_size - len(self._piece) + self._used

    def read(self, length: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        parts = []
        while length and self._has_piece():
            part = self._piece[self._used : self._used + length]
            self._used += len(part)
            length -= len(part)
            parts.append(part)
        return b"".join(parts)

    def skip(self, length: int) -> int:
        """Pass over the next bytes and return how many there were."""
        left = length
        while left and self._has_piece():
            step = min(left, len(self._piece) - self._used)
            self._used += step
            left -= step
        return length - left

    def is_rest_empty(self) -> bool:
        """Return whether nothing but zero bytes follows; read to the end to know it."""
        while self._has_piece():
            if self._piece.count(0, self._used) != len(self._piece) - self._used:
                return False
            self._used = len(self._piece)
        return True

    def _has_piece(self) -> bool:
        while self._used == len(self._piece):
            if self._decoder.eof and not self._begin_next_part():
                return False
            self._used = 0
            self._piece = self._unpack()
            self.unpacked_size += len(self._piece)
            check_unpacked_size(self.unpacked_size, self._packed_size)
        return True

    def _unpack(self) -> bytes:
        if not self._input:
            self._input = self._file.read(_READ)
        if not self._input:
            raise _broken("it is cut off")
        try:
            piece = self._decoder.decompress(self._input, _PIECE)
        except zlib.error:
            raise _broken("its data or checksum is wrong") from None
        at_end = self._decoder.eof
        self._input = self._decoder.unused_data if at_end else self._decoder.unconsumed_tail
        return piece

    def _begin_next_part(self) -> bool:
        # Zero bytes may fill up the last block of a tape or disk.
        self._input = self._input.lstrip(b"\0")
        while not self._input:
            more = self._file.read(_READ)
            if not more:
                return False
            self._input = more.lstrip(b"\0")
        self._parts += 1
        if self._parts > MAX_GZIP_PARTS:
            raise _broken("it has too many parts, compress it in one")
        self._decoder = _new_decoder()
        return True


def _new_decoder() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _broken(detail: str) -> InvalidArchive:
    return InvalidArchive(f"The gzip file is damaged: {detail}.", code="malformed-gzip")
