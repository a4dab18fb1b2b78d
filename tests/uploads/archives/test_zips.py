"""ZIP files: what is odd but harmless passes, and nothing costs more than it must."""

import struct
import tracemalloc
import zlib

import pytest

from app.uploads.archives.limits import HARMLESS_BYTES
from app.uploads.archives.zips import MemberReader, list_members, read_member, unpack
from app.uploads.exceptions import InvalidArchive
from tests.archives import make_wheel
from tests.zipwriter import ZipEnd, ZipEntry, make_zip, write_zip

MARK = 0xFFFFFFFF
TEXT = b"hello " * 20
STORED = ZipEntry("a.txt", TEXT, method=0)
DEFLATED = ZipEntry("b/b.txt", TEXT)
SIZES = {"size": MARK, "packed": MARK}


def zip64(*numbers):
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def unicode_path(name):
    return struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(name)) + name


SHORT = {"size": 5}
PACKED = len(DEFLATED.header(None)["content"])
HARMLESS = {
    "stored": write_zip([STORED]),
    "deflated": write_zip([DEFLATED]),
    "empty": write_zip([]),
    "folders": write_zip([ZipEntry("b/", method=0), DEFLATED, ZipEntry("c/")]),
    "comment": write_zip([STORED], end=ZipEnd(comment=b"built by hand")),
    "zip64 end": write_zip([STORED], end=ZipEnd(zip64=True)),
    "zip64 end with markers": write_zip(
        [STORED], end=ZipEnd(zip64=True, count=0xFFFF, length=MARK, offset=MARK)
    ),
    "zip64 sizes": write_zip(
        [ZipEntry("b.txt", TEXT, local={**SIZES, "extra": zip64(len(TEXT), PACKED)})]
    ),
    "zip64 everywhere": write_zip(
        [
            ZipEntry(
                "b.txt",
                TEXT,
                local={**SIZES, "extra": zip64(len(TEXT), PACKED)},
                central={**SIZES, "offset": MARK, "extra": zip64(len(TEXT), PACKED, 0)},
            )
        ]
    ),
    "zip64 without need": write_zip([ZipEntry("a", b"x", 0, extra=zip64(1, 1))]),
    "empty zip64 field": write_zip([ZipEntry("a", b"x", 0, extra=zip64())]),
    "size too small": write_zip([ZipEntry("b", TEXT, local=SHORT, central=SHORT)]),
    "effort flags": write_zip([ZipEntry("b", TEXT, flags=2, local={"flags": 4})]),
    "times": write_zip([ZipEntry("b", TEXT, extra=b"UT\x05\x00\x01abcd")]),
    "long extra": write_zip(
        [ZipEntry("b", TEXT, local={"extra": b"\x99\x99\xf4\x01" + bytes(500)})]
    ),
    "UTF-8 name": write_zip([ZipEntry("ключ.py", TEXT)]),
    "UTF-8 mark for ASCII": write_zip([ZipEntry("a.py", TEXT, local={"flags": 0x800})]),
    "same unicode path": write_zip([ZipEntry("a.py", TEXT, extra=unicode_path(b"a.py"))]),
    "other order": write_zip([STORED, DEFLATED]),
}


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_harmless_oddities_are_accepted(data, tmp_path):
    with opened(tmp_path, data) as file:
        for member in list_members(file).values():
            assert not member.name.startswith("/")


def test_members_may_be_listed_in_another_order(tmp_path):
    data = write_zip([STORED, DEFLATED])
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    end = data.index(b"PK\x05\x06")
    swapped = data[:first] + data[second:end] + data[first:second] + data[end:]

    with opened(tmp_path, swapped) as file:
        assert list(list_members(file)) == ["b/b.txt", "a.txt"]


@pytest.mark.parametrize("entry", [STORED, DEFLATED], ids=["stored", "deflated"])
def test_member_is_read_back(entry, tmp_path):
    with opened(tmp_path, write_zip([entry])) as file:
        member = list_members(file)[entry.name]

        assert read_member(file, member, 1000) == TEXT
        assert MemberReader(file, member).readall() == TEXT
        assert MemberReader(file, member).readable()


def test_large_member_is_read_in_pieces(tmp_path):
    body = bytes(range(256)) * 8192
    with opened(tmp_path, make_zip({"x": body})) as file:
        member = list_members(file)["x"]

        pieces = list(unpack(file, member))

    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= 256 * 1024


def test_member_above_the_limit_is_not_read(tmp_path):
    with opened(tmp_path, write_zip([STORED])) as file:
        member = list_members(file)["a.txt"]

        with pytest.raises(InvalidArchive) as refusal:
            read_member(file, member, len(TEXT) - 1)

    assert refusal.value.code == "member-too-large"


GARBAGE = {"packed": 9, "size": 9, "content": b"\xff" * 9}
MORE = {"packed": PACKED + 4, "content": DEFLATED.header(None)["content"] + b"more"}
LESS = {"packed": PACKED - 4, "content": DEFLATED.header(None)["content"][:-4]}
DAMAGED = {
    "wrong checksum": ZipEntry("x", TEXT, local={"crc": 1}, central={"crc": 1}),
    "more than announced": ZipEntry("x", TEXT, local=SHORT, central=SHORT),
    "less than announced": ZipEntry("x", TEXT, local={"size": 900}, central={"size": 900}),
    "garbage": ZipEntry("x", TEXT, local=GARBAGE, central=GARBAGE),
    "data behind": ZipEntry("x", TEXT, local=MORE, central=MORE),
    "cut off": ZipEntry("x", TEXT, local=LESS, central=LESS),
}


@pytest.mark.parametrize("entry", DAMAGED.values(), ids=DAMAGED)
def test_damaged_member_is_found_when_read(entry, tmp_path):
    with opened(tmp_path, write_zip([entry])) as file:
        member = list_members(file)["x"]

        with pytest.raises(InvalidArchive) as refusal:
            read_member(file, member, 10_000)

    assert refusal.value.code == "damaged-member"


def test_file_that_shrinks_while_it_is_read_is_damaged(tmp_path):
    with opened(tmp_path, write_zip([STORED])) as file:
        member = list_members(file)["a.txt"]
        (tmp_path / "file.zip").write_bytes(write_zip([STORED])[:40])

        with pytest.raises(InvalidArchive, match="damaged"):
            read_member(file, member, 1000)


def test_members_just_below_the_bomb_pass(tmp_path):
    with opened(tmp_path, make_zip({"zeros": bytes(HARMLESS_BYTES)})) as file:
        assert list_members(file)["zeros"].size == HARMLESS_BYTES


def test_wheel_of_gigabytes_costs_its_table_of_contents_only(tmp_path):
    path = tmp_path / "big.whl"
    write_with_hole(path, 3 * 1024**3)

    tracemalloc.start()
    with path.open("rb") as file:
        members = list_members(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert members["big.bin"].size == 3 * 1024**3
    assert peak < 1024 * 1024


def write_with_hole(path, size):
    """Write a wheel whose last member is a hole that takes no room on disk."""
    claim = {"size": size, "packed": size}
    entry = ZipEntry("big.bin", b"", method=0, local=claim, central=claim)
    offset = write_zip([STORED, entry]).index(b"PK\x01\x02")
    data = write_zip([STORED, entry], end=ZipEnd(offset=offset + size))
    with path.open("wb") as file:
        file.write(data[:offset])
        file.seek(offset + size)
        file.write(data[offset:])


def test_many_claimed_members_are_refused_before_they_are_read(tmp_path):
    end = ZipEnd(zip64=True, count=0xFFFF, zip64_changes={"count": 10**9})
    file = opened(tmp_path, write_zip([STORED], end=end))

    with file, pytest.raises(InvalidArchive, match="too many members"):
        list_members(file)


def test_long_table_of_contents_is_refused(tmp_path):
    path = tmp_path / "file.zip"
    length = 25 * 1024**2
    end = write_zip([], end=ZipEnd(length=length, offset=0))
    with path.open("wb") as file:
        file.write(b"PK")
        file.seek(length)
        file.write(end)

    with path.open("rb") as file, pytest.raises(InvalidArchive, match="too long"):
        list_members(file)


def opened(folder, data):
    path = folder / "file.zip"
    path.write_bytes(data)
    return path.open("rb")


def test_builder_gives_the_same_bytes_twice():
    assert make_wheel() == make_wheel()
