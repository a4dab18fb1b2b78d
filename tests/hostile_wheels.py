"""Wheels that are sound ZIP files and still must be refused."""

import struct
from dataclasses import replace

from tests.archives import make_metadata, make_record, make_wheel
from tests.hostile import Hostile
from tests.zipwriter import ZipEntry, write_zip

INFO = "foo_bar-1.0.dist-info"
_RECORD = make_record({f"{INFO}/METADATA": b"", f"{INFO}/WHEEL": b""}, INFO)


def quine() -> bytes:
    """Return a wheel in which many members share the same bytes."""
    first = ZipEntry("a", bytes(1024 * 1024))
    others = [ZipEntry(f"a{n}", first.data, central={"offset": 0}) for n in range(100)]
    return write_zip([first], extra_listed=others)


def tar_and_zip() -> bytes:
    """Return a ZIP file whose first local header is a valid tar header, too."""
    name = b"a"
    start = 30 + len(name)
    block = bytearray(512)
    block[257:263] = b"ustar\0"
    entry = ZipEntry(name, method=0, local={"extra": _tar_extra(block, start)})
    block[:start] = write_zip([entry])[:start]
    block[start : start + 4] = struct.pack("<HH", 0x9999, 512 - start - 4)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return write_zip([replace(entry, local={"extra": bytes(block[start:])})])


def _tar_extra(block: bytes, start: int) -> bytes:
    return struct.pack("<HH", 0x9999, 512 - start - 4) + bytes(block[start + 4 :])


def _scripts(text: str | bytes) -> bytes:
    return make_wheel(entry_points=text)


def _surplus() -> bytes:
    return make_wheel(members={"a.py": b""}, record=_RECORD)


HOSTILE_WHEELS = (
    Hostile("polyglot", "polyglot", tar_and_zip()),
    Hostile("quine", "archive-bomb", quine),
    Hostile(
        "compressed zeros", "archive-bomb", lambda: make_wheel(members={"z": bytes(70 * 1024**2)})
    ),
    Hostile("no METADATA", "missing-file", make_wheel(without=["METADATA"])),
    Hostile("no WHEEL", "missing-file", make_wheel(without=["WHEEL"])),
    Hostile("no RECORD", "missing-file", make_wheel(without=["RECORD"])),
    Hostile("huge METADATA", "member-too-large", lambda: make_wheel(description="x" * 9 * 1024**2)),
    Hostile("other name inside", "dist-info", make_wheel("other")),
    Hostile("other version inside", "dist-info", make_wheel(version="2.0")),
    Hostile("two dist-infos", "dist-info", make_wheel(members={"x-1.dist-info/RECORD": b""})),
    Hostile("metadata of another", "metadata-mismatch", make_wheel(metadata=make_metadata("x"))),
    Hostile(
        "metadata of another version",
        "metadata-mismatch",
        make_wheel(metadata=make_metadata(version="2.0")),
    ),
    Hostile("member not in RECORD", "record-mismatch", _surplus()),
    Hostile(
        "RECORD lists what is not there",
        "record-mismatch",
        make_wheel(record=_RECORD + b"gone.py,,\nfoo_bar.py,,\n"),
    ),
    Hostile(
        "RECORD lists a signature elsewhere",
        "record-mismatch",
        make_wheel(members={"RECORD.jws": b""}, record=_RECORD),
    ),
    Hostile(
        "RECORD of 200,001 lines",
        "invalid-record",
        lambda: make_wheel(record=b"foo_bar.py,,\n" * 200_002),
    ),
    Hostile("thousands of folders", "unsafe-name", make_wheel(members={"a/" * 2000 + "b": b""})),
    Hostile("RECORD with two columns", "invalid-record", make_wheel(record=b"a,b\n")),
    Hostile("RECORD not UTF-8", "invalid-record", make_wheel(record=b"caf\xe9,,\n")),
    Hostile(
        "RECORD with endless field", "invalid-record", make_wheel(record=b'"' + b"x" * 200_000)
    ),
    Hostile("RECORD too large", "invalid-record", lambda: make_wheel(record=b"x" * (33 * 1024**2))),
    Hostile("scripts not UTF-8", "invalid-entry-points", _scripts(b"[console_scripts]\n\xe9=a:b")),
    Hostile("scripts with colon", "invalid-entry-points", _scripts("[console_scripts]\nfoo: a:b")),
    Hostile("scripts without section", "invalid-entry-points", _scripts("foo = a:b\n")),
    Hostile("script given twice", "invalid-entry-points", _scripts("[gui_scripts]\na=b:c\na=b:d")),
    *(
        Hostile(
            f"script named {name!r}",
            "invalid-entry-points",
            _scripts(f"[console_scripts]\n{name}=a:b"),
        )
        for name in (
            "a/b",
            "a\\b",
            "..",
            "a b",
            "a$(id)",
            "a;b",
            "a&b",
            "a|b",
            "`a`",
            "'a'",
            "a\x00b",
        )
    ),
    Hostile(
        "license missing",
        "license-file",
        make_wheel(metadata=make_metadata(license_files=["LICENSE"])),
    ),
    Hostile(
        "damaged METADATA",
        "damaged-member",
        make_wheel(store=True).replace(b"Version: 1.0\n", b"Version: 9.9\n", 1),
    ),
)
