"""Source distributions: odd but harmless archives, and memory that stays flat."""

import gzip
import io
import tarfile
import tracemalloc

import pytest

from app.uploads.archives import limits, tars
from app.uploads.archives.inspection import inspect
from app.uploads.archives.sdists import inspect_sdist
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import parse_filename
from tests.archives import make_metadata, make_sdist, sdist_name
from tests.hostile_tars import FOLDER, PKG_INFO, TOP, endless, link, sdist_with
from tests.tarwriter import TarEntry, make_tar, make_tar_gz, pax

NAME = parse_filename(sdist_name(), "sdist")
LONG = f"{TOP}/{'x' * 150}.py"
TAR = make_tar([FOLDER, PKG_INFO])


def with_module(format_):
    """Return an archive as tarfile writes it, with a long name and a time with fractions."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=format_) as archive:
        for name, data in ((f"{TOP}/PKG-INFO", make_metadata()), (f"{TOP}/{'d/' * 60}é.py", b"x")):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1.5 if format_ == tarfile.PAX_FORMAT else 1
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


HARMLESS = {
    "plain": make_sdist(),
    "no end blocks": make_tar_gz([FOLDER, PKG_INFO], end=b""),
    "long zero end": make_tar_gz([FOLDER, PKG_INFO], end=bytes(10_240)),
    "two gzip parts": gzip.compress(TAR[:700]) + gzip.compress(TAR[700:]),
    "zeros behind gzip": make_sdist() + bytes(70_000),
    "pax": with_module(tarfile.PAX_FORMAT),
    "GNU": with_module(tarfile.GNU_FORMAT),
    "long GNU name": sdist_with(TarEntry("L", LONG.encode() + b"\0", b"L"), TarEntry("x")),
    "long GNU link": sdist_with(TarEntry("K", b"PKG-INFO\0", b"K"), link("y")),
    "prefix": sdist_with(TarEntry("x.py", prefix=TOP.encode())),
    "global comment": make_tar_gz([pax({"comment": "abc"}, kind=b"g"), FOLDER, PKG_INFO]),
    "pax size": sdist_with(pax({"size": "3"}), TarEntry(f"{TOP}/x", b"abc", size=0)),
    "pax padded": sdist_with(TarEntry("x", b"6 a=b\n\0\0", b"x"), TarEntry(f"{TOP}/x")),
    "old kinds": sdist_with(TarEntry(f"{TOP}/a", kind=b"\0"), TarEntry(f"{TOP}/b", kind=b"7")),
    "old folder": sdist_with(TarEntry(f"{TOP}/a/", kind=b"\0")),
    "signed checksum": sdist_with(TarEntry(f"{TOP}/caf\xe9".encode("latin-1"))),
    "link inside": sdist_with(link("PKG-INFO"), link("../PKG-INFO", name=f"{TOP}/a/b")),
    "hard link inside": sdist_with(link(f"{TOP}/PKG-INFO", kind=b"1")),
    "file beside a link": sdist_with(link("PKG-INFO"), TarEntry(f"{TOP}/a/b")),
    "same file twice": sdist_with(TarEntry(f"{TOP}/a"), TarEntry(f"{TOP}/a")),
}


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_harmless_oddities_are_accepted(data, tmp_path):
    contents = inspect(written(tmp_path, data), NAME)

    assert contents.metadata == make_metadata()
    assert f"{TOP}/PKG-INFO" in contents.members


def test_long_names_are_put_together(tmp_path):
    contents = inspect(written(tmp_path, HARMLESS["long GNU name"]), NAME)

    assert LONG in contents.members


def test_signed_checksum_of_old_writers_is_accepted(tmp_path):
    raw = f"{TOP}/caf\xe9".encode("latin-1")
    unsigned = int(make_tar([TarEntry(raw)])[148:154], 8)
    data = sdist_with(TarEntry(raw, checksum=unsigned - 256))

    assert inspect(written(tmp_path, data), NAME).count == 2


@pytest.mark.parametrize("size", [b"9" * 12, b"\xff" * 12, b"0_1        \0", b"12 34      \0"])
def test_size_that_readers_take_differently_is_refused(tmp_path, size):
    tar = bytearray(TAR)
    tar[124:136] = size
    tar[148:156] = b" " * 8
    tar[148:156] = b"%06o\0 " % sum(tar[:512])

    with pytest.raises(InvalidArchive, match="wrong number"):
        inspect(written(tmp_path, gzip.compress(bytes(tar))), NAME)


def test_bomb_is_refused_in_flat_memory(tmp_path):
    path = written(tmp_path, endless())

    tracemalloc.start()
    with pytest.raises(InvalidArchive, match="compression ratio"):
        inspect(path, NAME)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 * 1024**2


def test_bomb_is_left_where_the_limit_is_passed(tmp_path):
    path = written(tmp_path, endless())

    with path.open("rb") as file:
        with pytest.raises(InvalidArchive):
            inspect_sdist(file, NAME)
        # 64 MiB of zeros are about 64 KiB packed; the rest was not read.
        assert file.tell() < 256 * 1024 < path.stat().st_size


def test_large_sdist_is_read_in_flat_memory(tmp_path):
    path = written(tmp_path, sdist_with(TarEntry(f"{TOP}/zeros", bytes(60 * 1024**2))))

    tracemalloc.start()
    contents = inspect(path, NAME)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert contents.unpacked_size > 60 * 1024**2
    assert peak < 4 * 1024**2


def written(folder, data):
    path = folder / "file.tar.gz"
    path.write_bytes(data)
    return path


def test_pax_name_and_link_override_those_of_the_header(tmp_path):
    renamed = [pax({"path": LONG, "linkpath": "PKG-INFO"}), link("/etc/passwd", name="short")]

    assert LONG in inspect(written(tmp_path, sdist_with(*renamed)), NAME).members


def test_owners_may_be_written_in_binary(tmp_path):
    data = sdist_with(TarEntry(f"{TOP}/a", owner=b"\x80\0\0\0\0\1\2\3"))

    assert inspect(written(tmp_path, data), NAME).count == 2


@pytest.mark.parametrize(
    "entry", [TarEntry(f"{TOP}/a"), TarEntry("L", kind=b"L"), pax({"a": "b"})], ids=lambda e: e.kind
)
def test_members_and_extended_headers_are_counted(entry, tmp_path, monkeypatch):
    # A smaller limit; 100,001 members take seconds to walk through.
    monkeypatch.setattr(limits, "MAX_MEMBERS", 5)
    path = written(tmp_path, make_tar_gz([FOLDER, PKG_INFO, *[entry] * 6]))

    with pytest.raises(InvalidArchive) as refusal:
        inspect(path, NAME)

    assert refusal.value.code == "too-many-members"


def test_names_of_a_member_each_are_limited_in_all(monkeypatch, tmp_path):
    # A smaller limit; 24 MB of names take seconds to write.
    monkeypatch.setattr(tars, "MAX_DIRECTORY_BYTES", 1_000)
    long = [TarEntry(f"{TOP}/{number}{'x' * 80}") for number in range(20)]
    with pytest.raises(InvalidArchive, match="too long in all"):
        inspect(written(tmp_path, sdist_with(*long)), NAME)
