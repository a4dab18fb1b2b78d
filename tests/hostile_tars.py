"""Source distributions that must be refused, each with the code of its refusal."""

import gzip
import zlib
from collections.abc import Callable

from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name
from tests.hostile import Hostile
from tests.tarwriter import TarEntry, make_tar, make_tar_gz, pax

TOP = "foo_bar-1.0"
FOLDER = TarEntry(f"{TOP}/", kind=b"5")
PKG_INFO = TarEntry(f"{TOP}/PKG-INFO", make_metadata())
_GOOD = make_sdist()
_TAR = gzip.decompress(_GOOD)


def sdist_with(*entries: TarEntry, end: bytes = bytes(1024)) -> bytes:
    """Return a source distribution with more members."""
    return make_tar_gz([FOLDER, PKG_INFO, *entries], end=end)


def link(target: str, *, name: str = f"{TOP}/link", kind: bytes = b"2") -> TarEntry:
    """Return a symbolic link, or a hard one."""
    return TarEntry(name, kind=kind, target=target)


def endless() -> bytes:
    """Return gzip data that unpack to 1 GB of zeros, then break off."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = encoder.compress(make_tar([FOLDER, PKG_INFO], end=b"")) + encoder.flush(
        zlib.Z_FULL_FLUSH
    )
    zeros = encoder.compress(bytes(1024**2)) + encoder.flush(zlib.Z_FULL_FLUSH)
    return start + zeros * 1024


def _broken_crc() -> bytes:
    return _GOOD[:-8] + bytes(4) + _GOOD[-4:]


def _case(case: str, code: str, data: bytes | Callable[[], bytes]) -> Hostile:
    return Hostile(case, code, data, sdist_name())


HOSTILE_TARS = (
    _case("empty", "not-a-gzip", b""),
    _case("text", "not-a-gzip", b"<html>502 Bad Gateway</html>"),
    _case("a wheel", "not-a-gzip", make_wheel()),
    _case("plain tar", "not-a-gzip", _TAR),
    _case("text in gzip", "malformed-tar", gzip.compress(b"hello" * 200, mtime=0)),
    _case("nothing in gzip", "missing-file", gzip.compress(b"", mtime=0)),
    _case("polyglot", "polyglot", _GOOD + make_wheel()),
    _case("gzip cut off", "malformed-gzip", _GOOD[:-20]),
    _case("gzip header only", "malformed-gzip", _GOOD[:10]),
    _case("gzip checksum", "malformed-gzip", _broken_crc()),
    _case("gzip with trailing data", "malformed-gzip", _GOOD + b"more"),
    _case("gzip damaged", "malformed-gzip", _GOOD[:40] + b"\xff" * 40 + _GOOD[80:]),
    _case("2,000 gzip parts", "malformed-gzip", gzip.compress(b"", mtime=0) * 2000),
    _case("endless zeros", "archive-bomb", endless),
    _case(
        "bomb in a file",
        "archive-bomb",
        lambda: sdist_with(TarEntry(f"{TOP}/z", bytes(70 * 1024**2))),
    ),
    _case("tar cut off in a header", "malformed-tar", gzip.compress(_TAR[:700], mtime=0)),
    _case(
        "tar cut off in a file",
        "malformed-tar",
        sdist_with(TarEntry(f"{TOP}/x", size=2**34), end=b""),
    ),
    _case("second tar behind", "trailing-data", gzip.compress(_TAR + _TAR, mtime=0)),
    _case(
        "pax size not a number",
        "malformed-tar",
        sdist_with(pax({"size": "1_0"}), TarEntry(f"{TOP}/x")),
    ),
    _case("header checksum", "malformed-tar", sdist_with(TarEntry(f"{TOP}/x", checksum=5))),
    _case("no PKG-INFO", "missing-file", make_sdist(without=["PKG-INFO"])),
    _case(
        "PKG-INFO deeper",
        "missing-file",
        make_sdist(without=["PKG-INFO"], members={"x/PKG-INFO": b""}),
    ),
    _case("two PKG-INFO", "duplicate-name", sdist_with(PKG_INFO)),
    _case(
        "PKG-INFO is a link",
        "missing-file",
        make_tar_gz([FOLDER, link("x", name=f"{TOP}/PKG-INFO")]),
    ),
    _case(
        "PKG-INFO is a folder",
        "missing-file",
        make_tar_gz([TarEntry(f"{TOP}/PKG-INFO/", kind=b"5")]),
    ),
    _case(
        "PKG-INFO too large", "member-too-large", lambda: make_sdist(description="x" * 9 * 1024**2)
    ),
    _case(
        "thousands of folders in each other",
        "unsafe-name",
        sdist_with(link("x"), pax({"path": f"{TOP}/{'a/' * 2000}b"}), TarEntry("x")),
    ),
    _case("two top folders", "top-folder", sdist_with(TarEntry("other/x"))),
    _case("no top folder", "top-folder", make_tar_gz([TarEntry("PKG-INFO", make_metadata())])),
    _case("top folder is a file", "top-folder", make_tar_gz([TarEntry(TOP)])),
    _case("other top folder", "top-folder", make_sdist(top="foo-bar-1.0")),
    _case("other version inside", "top-folder", make_sdist(version="2.0")),
    _case("metadata of another", "metadata-mismatch", make_sdist(metadata=make_metadata("x"))),
    _case("climbing name", "unsafe-name", sdist_with(TarEntry(f"{TOP}/../../etc/passwd"))),
    _case("absolute name", "unsafe-name", sdist_with(TarEntry("/etc/passwd"))),
    _case("backslash", "unsafe-name", sdist_with(TarEntry(f"{TOP}\\..\\x"))),
    _case("control character", "unsafe-name", sdist_with(TarEntry(f"{TOP}/a\nb"))),
    _case(
        "pax name climbs", "unsafe-name", sdist_with(pax({"path": f"{TOP}/../x"}), TarEntry("x"))
    ),
    _case("device", "special-file", sdist_with(TarEntry(f"{TOP}/sda", kind=b"4"))),
    _case("terminal", "special-file", sdist_with(TarEntry(f"{TOP}/tty", kind=b"3"))),
    _case("pipe", "special-file", sdist_with(TarEntry(f"{TOP}/pipe", kind=b"6"))),
    _case("unknown kind", "special-file", sdist_with(TarEntry(f"{TOP}/x", kind=b"Z"))),
    _case("sparse GNU", "sparse-member", sdist_with(TarEntry(f"{TOP}/x", kind=b"S"))),
    _case(
        "sparse pax",
        "sparse-member",
        sdist_with(pax({"GNU.sparse.major": "1"}), TarEntry(f"{TOP}/x")),
    ),
    _case("absolute link", "unsafe-link", sdist_with(link("/etc/passwd"))),
    _case("link out", "unsafe-link", sdist_with(link("../../etc/passwd"))),
    _case("link to the folder above", "unsafe-link", sdist_with(link(".."))),
    _case("link that climbs late", "unsafe-link", sdist_with(link("sub/../x"))),
    _case("hard link out", "unsafe-link", sdist_with(link("etc/passwd", kind=b"1"))),
    _case("hard link climbs", "unsafe-link", sdist_with(link(f"{TOP}/../../x", kind=b"1"))),
    _case("pax link out", "unsafe-link", sdist_with(pax({"linkpath": "/etc"}), link("x"))),
    _case("file behind a link", "unsafe-link", sdist_with(link("."), TarEntry(f"{TOP}/link/x"))),
    _case("link with content", "malformed-tar", sdist_with(TarEntry(f"{TOP}/x", b"x", kind=b"2"))),
    _case(
        "huge extended header", "malformed-tar", sdist_with(TarEntry("pax", size=2**31, kind=b"x"))
    ),
    _case("huge long name", "malformed-tar", sdist_with(TarEntry("L", size=2**31, kind=b"L"))),
    _case(
        "extended header cut off",
        "malformed-tar",
        sdist_with(TarEntry("x", size=9999, kind=b"x"), end=b""),
    ),
    _case("extended header last", "malformed-tar", sdist_with(pax({"path": "x"}))),
    _case(
        "pax length wrong",
        "malformed-tar",
        sdist_with(TarEntry("x", b"99 path=x\n", b"x"), PKG_INFO),
    ),
    _case(
        "pax length zero", "malformed-tar", sdist_with(TarEntry("x", b"0 path=x\n", b"x"), PKG_INFO)
    ),
    _case("pax garbage", "malformed-tar", sdist_with(TarEntry("x", b"garbage", b"x"), PKG_INFO)),
    _case("pax size wrong", "malformed-tar", sdist_with(pax({"size": "-1"}), TarEntry(f"{TOP}/x"))),
    _case(
        "global path", "malformed-tar", sdist_with(pax({"path": f"{TOP}/x"}, kind=b"g"), PKG_INFO)
    ),
    _case(
        "license missing", "license-file", make_sdist(metadata=make_metadata(license_files=["L"]))
    ),
    _case("harmless extended header last", "malformed-tar", sdist_with(pax({"a": "b"}))),
    _case("file named like a folder", "malformed-tar", sdist_with(TarEntry(f"{TOP}/x/"))),
    _case("owner no number", "malformed-tar", sdist_with(TarEntry(f"{TOP}/x", owner=b"root"))),
    _case("odd pax size", "malformed-tar", sdist_with(pax({"size": "1_0"}), TarEntry(f"{TOP}/x"))),
)
