"""ZIP files written record by record, so that each defect is exact."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_DATE = 0x5821  # 1 January 2024


@dataclass(frozen=True)
class ZipEntry:
    """One member; `local` and `central` change single fields of one of its headers."""

    name: str | bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0
    extra: bytes = b""
    comment: bytes = b""
    local: Mapping[str, object] | None = None
    central: Mapping[str, object] | None = None
    after: bytes = b""

    @property
    def raw_name(self) -> bytes:
        """Return the name as bytes."""
        return _bytes(self.name)

    def header(self, changes: Mapping[str, object] | None) -> dict[str, object]:
        """Return the fields of a header with the changes applied."""
        packed = _deflate(self.data) if self.method == 8 else self.data
        utf8 = 0 if self.raw_name.isascii() else 0x800
        fields: dict[str, object] = {
            "name": self.raw_name,
            "flags": self.flags | utf8,
            "method": self.method,
            "crc": zlib.crc32(self.data),
            "packed": len(packed),
            "size": len(self.data),
            "extra": self.extra,
            "content": packed,
        }
        return fields | dict(changes or {})


@dataclass(frozen=True)
class ZipEnd:
    """The end of a ZIP file; None stands for the true value."""

    comment: bytes = b""
    comment_length: int | None = None
    count: int | None = None
    length: int | None = None
    offset: int | None = None
    zip64: bool = False
    zip64_changes: Mapping[str, int] | None = None
    locator_offset: int | None = None
    before: bytes = b""


def make_zip(files: Mapping[str, bytes], *, store: bool = False) -> bytes:
    """Return a plain ZIP file."""
    method = 0 if store else 8
    return write_zip([ZipEntry(name, data, method) for name, data in files.items()])


def write_zip(
    entries: Iterable[ZipEntry],
    *,
    end: ZipEnd | None = None,
    prefix: bytes = b"",
    unlisted: Iterable[ZipEntry] = (),
    extra_listed: Iterable[ZipEntry] = (),
    suffix: bytes = b"",
) -> bytes:
    """Return a ZIP file, with defects where the entries or the end ask for them.

    `unlisted` members have no central record, `extra_listed` ones no local header.
    """
    out = bytearray(prefix)
    listed = []
    for entry in entries:
        listed.append((entry, len(out)))
        out += _local(entry)
    for entry in unlisted:
        out += _local(entry)
    start = len(out)
    listed += [(entry, 0) for entry in extra_listed]
    for entry, offset in listed:
        out += _central(entry, offset)
    out += _end(end or ZipEnd(), start, len(out) - start, len(listed))
    return bytes(out + suffix)


def _local(entry: ZipEntry) -> bytes:
    fields = entry.header(entry.local)
    head = struct.pack(
        "<4sHHHHHLLLHH",
        b"PK\x03\x04",
        20,
        fields["flags"],
        fields["method"],
        0,
        _DATE,
        fields["crc"],
        fields["packed"],
        fields["size"],
        len(fields["name"]),  # type: ignore[arg-type]
        len(fields["extra"]),  # type: ignore[arg-type]
    )
    return b"".join((head, fields["name"], fields["extra"], fields["content"], entry.after))  # type: ignore[arg-type]


def _central(entry: ZipEntry, offset: int) -> bytes:
    fields = {"offset": offset} | entry.header(entry.central)
    head = struct.pack(
        "<4sHHHHHHLLLHHHHHLL",
        b"PK\x01\x02",
        0x0314,
        20,
        fields["flags"],
        fields["method"],
        0,
        _DATE,
        fields["crc"],
        fields["packed"],
        fields["size"],
        len(fields["name"]),  # type: ignore[arg-type]
        len(fields["extra"]),  # type: ignore[arg-type]
        len(entry.comment),
        0,
        0,
        0o644 << 16,
        fields["offset"],
    )
    return b"".join((head, fields["name"], fields["extra"], entry.comment))  # type: ignore[arg-type]


def _end(end: ZipEnd, start: int, length: int, count: int) -> bytes:
    records = end.before
    if end.zip64:
        values = {"length": 44, "count": count, "size": length, "offset": start}
        values |= end.zip64_changes or {}
        position = start + length
        records += struct.pack(
            "<4sQHHLLQQQQ",
            b"PK\x06\x06",
            values["length"],
            45,
            45,
            0,
            0,
            values["count"],
            values["count"],
            values["size"],
            values["offset"],
        )
        located = position if end.locator_offset is None else end.locator_offset
        records += struct.pack("<4sLQL", b"PK\x06\x07", 0, located, 1)
    count = count if end.count is None else end.count
    return (
        records
        + struct.pack(
            "<4sHHHHLLH",
            b"PK\x05\x06",
            0,
            0,
            count,
            count,
            length if end.length is None else end.length,
            start if end.offset is None else end.offset,
            len(end.comment) if end.comment_length is None else end.comment_length,
        )
        + end.comment
    )


def _deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(6, zlib.DEFLATED, -15)
    return encoder.compress(data) + encoder.flush()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
