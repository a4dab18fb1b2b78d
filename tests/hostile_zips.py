"""Wheels whose ZIP records lie, each with the code of its refusal."""

import struct
import zlib
from dataclasses import replace

from tests.archives import (
    WHEEL,
    make_metadata,
    make_record,
    make_sdist,
    make_wheel,
)
from tests.hostile import Hostile
from tests.zipwriter import ZipEnd, ZipEntry, write_zip

INFO = "foo_bar-1.0.dist-info"
HUGE = 2 * 1024**3
_FILES = {
    "foo_bar.py": b"answer = 42\n",
    f"{INFO}/METADATA": make_metadata(),
    f"{INFO}/WHEEL": WHEEL,
}
_ENTRIES = [
    ZipEntry(name, data)
    for name, data in {**_FILES, f"{INFO}/RECORD": make_record(_FILES, INFO)}.items()
]
_ARM = struct.pack("<HH", 0x7075, 15) + b"\x01" + struct.pack("<L", zlib.crc32(b"foo_bar.py"))


def wheel_with(*, end: ZipEnd | None = None, **changes: object) -> bytes:
    """Return a wheel whose first member has the changes."""
    first = replace(_ENTRIES[0], **changes)  # type: ignore[arg-type]
    return write_zip([first, *_ENTRIES[1:]], end=end)


def named(name: str | bytes) -> bytes:
    """Return a wheel whose first member has the name."""
    return wheel_with(name=name)


def _zip64(*numbers: int, length: int | None = None) -> bytes:
    body = struct.pack(f"<{len(numbers)}Q", *numbers)
    return struct.pack("<HH", 1, len(body) if length is None else length) + body


_GOOD = make_wheel()
_MARK = 0xFFFFFFFF
_SIZES = {"size": _MARK, "packed": _MARK}
_TWO_SIZES = (len(_ENTRIES[0].data), len(_ENTRIES[0].header(None)["content"]))  # type: ignore[arg-type]
_LOCAL64 = {**_SIZES, "extra": _zip64(*_TWO_SIZES)}


def _newer() -> bytes:
    data = bytearray(_GOOD)
    data[data.index(b"PK\x01\x02") + 6] = 64
    return bytes(data)


def _zip64_disks() -> bytes:
    data = bytearray(wheel_with(end=ZipEnd(zip64=True)))
    data[data.index(b"PK\x06\x06") + 16] = 1
    return bytes(data)


def _zip64_end_missing() -> bytes:
    return wheel_with(end=ZipEnd(zip64=True)).replace(b"PK\x06\x06", b"PK\x06\x05")


HOSTILE_ZIPS = (
    Hostile("empty", "not-a-zip", b""),
    Hostile("text", "not-a-zip", b"<html>502 Bad Gateway</html>"),
    Hostile("an sdist", "not-a-zip", make_sdist()),
    Hostile("cut off", "not-a-zip", _GOOD[:-30]),
    Hostile("end cut off", "not-a-zip", _GOOD[:-4]),
    Hostile("half an archive", "malformed-zip", _GOOD[len(_GOOD) // 2 :]),
    Hostile("no members", "missing-file", write_zip([])),
    Hostile("prefix", "leading-data", write_zip(_ENTRIES, prefix=b"#!/bin/sh\n")),
    Hostile("prefix that looks like a zip", "hidden-data", write_zip(_ENTRIES, prefix=b"PKsfx")),
    Hostile("trailing data", "trailing-data", _GOOD + b"more"),
    Hostile("second archive behind", "malformed-zip", _GOOD + make_wheel(summary="other")),
    Hostile("two ends", "malformed-zip", _GOOD + _GOOD[-22:]),
    Hostile("comment cut off", "malformed-zip", wheel_with(end=ZipEnd(comment_length=9))),
    Hostile("8-bit comment", "malformed-zip", wheel_with(end=ZipEnd(comment=b"\xe9t\xe9"))),
    Hostile("end in comment", "malformed-zip", wheel_with(end=ZipEnd(comment=_GOOD[-22:]))),
    Hostile("comment of a member", "malformed-zip", wheel_with(comment=b"hello")),
    Hostile(
        "record cut off",
        "malformed-zip",
        write_zip([], end=ZipEnd(before=b"PK\x01\x02", offset=0, length=4)),
    ),
    Hostile("unknown record", "malformed-zip", _GOOD.replace(b"PK\x01\x02", b"PK\x01\x03", 1)),
    Hostile("new version of the format", "malformed-zip", _newer()),
    Hostile("several disks", "malformed-zip", _GOOD[:-18] + b"\1" + _GOOD[-17:]),
    Hostile("several disks in zip64", "malformed-zip", _zip64_disks()),
    Hostile("zip64 end missing", "zip64", _zip64_end_missing()),
    Hostile("count too small", "malformed-zip", wheel_with(end=ZipEnd(count=3))),
    Hostile("count too large", "malformed-zip", wheel_with(end=ZipEnd(count=5))),
    Hostile("length too small", "malformed-zip", wheel_with(end=ZipEnd(length=9))),
    Hostile("offset wrong", "malformed-zip", wheel_with(end=ZipEnd(offset=0))),
    Hostile("gap before the end", "malformed-zip", wheel_with(end=ZipEnd(before=b"gap"))),
    Hostile("unlisted member", "hidden-data", write_zip(_ENTRIES, unlisted=[ZipEntry("x", b"x")])),
    Hostile("listed only", "hidden-data", write_zip(_ENTRIES, extra_listed=[ZipEntry("x", b"x")])),
    Hostile("data between members", "hidden-data", wheel_with(after=b"secret")),
    Hostile("two of a name", "duplicate-name", write_zip([*_ENTRIES, _ENTRIES[0]])),
    Hostile("local name differs", "header-mismatch", wheel_with(local={"name": b"evil_up.py"})),
    Hostile("local crc differs", "header-mismatch", wheel_with(local={"crc": 7})),
    Hostile("local size differs", "header-mismatch", wheel_with(local={"size": 7})),
    Hostile("local packed differs", "header-mismatch", wheel_with(local={"packed": 7})),
    Hostile("local method differs", "header-mismatch", wheel_with(local={"method": 0})),
    Hostile("local flags differ", "header-mismatch", wheel_with(local={"flags": 0x20})),
    Hostile(
        "local header missing", "header-mismatch", wheel_with(central={"offset": 0, "packed": 0})
    ),
    Hostile("stored with two sizes", "header-mismatch", wheel_with(method=0, central={"size": 1})),
    Hostile("data descriptor", "data-descriptor", wheel_with(flags=8)),
    Hostile("local data descriptor", "header-mismatch", wheel_with(local={"flags": 8})),
    Hostile("encrypted", "encrypted", wheel_with(flags=1)),
    Hostile("strongly encrypted", "encrypted", wheel_with(flags=0x41)),
    Hostile("bzip2", "unsupported-compression", wheel_with(method=12)),
    Hostile("lzma", "unsupported-compression", wheel_with(method=14)),
    Hostile("zstd", "unsupported-compression", wheel_with(method=93)),
    Hostile("extra of 3 bytes", "extra-field", wheel_with(local={"extra": b"abc"})),
    Hostile("extra cut off", "extra-field", wheel_with(extra=b"\x34\x12\x09\x00ab")),
    Hostile("extra listed only", "extra-field", wheel_with(central={"extra": b"ab"})),
    Hostile("zip64 twice", "extra-field", wheel_with(extra=_zip64(1) * 2)),
    Hostile("unicode path twice", "extra-field", wheel_with(extra=(_ARM + b"foo_bar.py") * 2)),
    Hostile("another unicode path", "extra-field", wheel_with(extra=_ARM + b"evil_up.py")),
    Hostile("zip64 too long", "zip64", wheel_with(extra=_zip64(1, 2, 3, 4))),
    Hostile("zip64 too short", "zip64", wheel_with(local={**_SIZES, "extra": _zip64(12)})),
    Hostile("zip64 contradicts", "zip64", wheel_with(local={"extra": _zip64(7, 7)})),
    Hostile(
        "zip64 wrong size", "header-mismatch", wheel_with(local={**_SIZES, "extra": _zip64(7, 14)})
    ),
    Hostile(
        "zip64 counts differ",
        "zip64",
        wheel_with(end=ZipEnd(zip64=True, zip64_changes={"count": 3})),
    ),
    Hostile(
        "zip64 extensible",
        "zip64",
        wheel_with(end=ZipEnd(zip64=True, zip64_changes={"length": 52})),
    ),
    Hostile(
        "zip64 offset differs",
        "zip64",
        wheel_with(end=ZipEnd(zip64=True, zip64_changes={"offset": 0})),
    ),
    Hostile(
        "zip64 locator elsewhere", "zip64", wheel_with(end=ZipEnd(zip64=True, locator_offset=0))
    ),
    Hostile(
        "zip64 locator alone",
        "zip64",
        wheel_with(end=ZipEnd(before=struct.pack("<4sLQL", b"PK\x06\x07", 0, 100, 1))),
    ),
    Hostile("8-bit name", "unsafe-name", named(b"caf\xe9.py")),
    Hostile(
        "name not marked UTF-8",
        "unsafe-name",
        wheel_with(name="é.py", local={"flags": 0}, central={"flags": 0}),
    ),
    Hostile("climbing name", "unsafe-name", named("../../etc/passwd")),
    Hostile("climbing in the middle", "unsafe-name", named("foo/../../x.py")),
    Hostile("absolute name", "unsafe-name", named("/etc/passwd")),
    Hostile("drive letter", "unsafe-name", named("C:x.py")),
    Hostile("backslash", "unsafe-name", named("foo\\bar.py")),
    Hostile("NUL in name", "unsafe-name", named("foo.py\0.txt")),
    Hostile("newline in name", "unsafe-name", named("foo\n.py")),
    Hostile("empty name", "unsafe-name", named("")),
    Hostile("dot folder", "unsafe-name", named("./foo.py")),
    Hostile("endless name", "unsafe-name", named("x" * 5000)),
    Hostile("folder with content", "malformed-zip", named("foo/")),
    Hostile("bomb", "archive-bomb", wheel_with(central={"size": HUGE})),
    Hostile(
        "many claimed members",
        "too-many-members",
        wheel_with(end=ZipEnd(zip64=True, count=0xFFFF, zip64_changes={"count": 10**9})),
    ),
)
