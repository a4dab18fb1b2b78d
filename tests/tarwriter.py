"""Tar files written block by block, so that each defect is exact."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TarEntry:
    """One member of a tar file; `size` lies about the length of the data."""

    name: str | bytes
    data: bytes = b""
    kind: bytes = b"0"
    target: str = ""
    size: int | None = None
    checksum: int | None = None
    prefix: bytes = b""
    owner: bytes = b"0000000"


def make_tar_gz(entries: Iterable[TarEntry], *, end: bytes = bytes(1024)) -> bytes:
    """Return a gzip-compressed tar file."""
    return gzip.compress(make_tar(entries, end=end), mtime=0)


def make_tar(entries: Iterable[TarEntry], *, end: bytes = bytes(1024)) -> bytes:
    """Return a tar file."""
    return b"".join(map(_tar_member, entries)) + end


def pax(records: Mapping[str, str], *, kind: bytes = b"x") -> TarEntry:
    """Return the extended header that changes the next member."""
    return TarEntry("pax", b"".join(_pax_record(*item) for item in records.items()), kind)


def _pax_record(key: str, value: str) -> bytes:
    body = f" {key}={value}\n".encode()
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length += 1
    return str(length).encode() + body


def _tar_member(entry: TarEntry) -> bytes:
    size = len(entry.data) if entry.size is None else entry.size
    number = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11)
    head = bytearray(512)
    raw = _bytes(entry.name)
    head[: len(raw)] = raw
    head[100:124] = b"0000644\0" + entry.owner.ljust(8, b"\0") + b"0000000\0"
    head[124:136] = number
    head[136:148] = b"%011o\0" % 1_700_000_000
    head[148:156] = b" " * 8
    head[156:157] = entry.kind
    target = entry.target.encode()
    head[157 : 157 + len(target)] = target
    head[257:265] = b"ustar\x0000"
    head[345 : 345 + len(entry.prefix)] = entry.prefix
    checksum = sum(head) if entry.checksum is None else entry.checksum
    head[148:156] = b"%06o\0 " % checksum
    return bytes(head) + entry.data + bytes(-len(entry.data) % 512)


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
