import io
import random
import zipfile
import zlib

import pytest

from app.mirror import wheels
from tests.archives import make_metadata, make_wheel

METADATA = make_metadata("Six.Pack", "1.0")
PLACE = "six_pack-1.0.dist-info/METADATA"


def archive(*members, method=zipfile.ZIP_DEFLATED, **facts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, **facts) as zipped:
        for name, content in members:
            zipped.writestr(name, content)
    return file.getvalue()


def find(content, project="six-pack"):
    return wheels.find_metadata(io.BytesIO(content), project)


def test_metadata_of_a_wheel_are_found():
    assert find(make_wheel("Six.Pack", "1.0", metadata=METADATA)) == METADATA


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_both_usual_ways_to_pack_are_read(method):
    assert find(archive((PLACE, METADATA), method=method)) == METADATA


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_not_read(method):
    assert find(archive((PLACE, METADATA), method=method)) is None


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("six_pack-1.0.dist-info/METADATA/x", METADATA)],
        [("deep/six_pack-1.0.dist-info/METADATA", METADATA)],
        [("METADATA", METADATA)],
        [("other-1.0.dist-info/METADATA", METADATA)],
        [(PLACE, METADATA), ("other-1.0.dist-info/METADATA", METADATA)],
    ],
)
def test_metadata_in_doubt_are_none(members):
    assert find(archive(*members)) is None


def test_folders_are_compared_as_names_are():
    assert find(archive(("Six.PACK-1.0.dist-info/METADATA", METADATA))) == METADATA


def test_metadata_that_are_too_long_are_none(monkeypatch):
    monkeypatch.setattr(wheels, "LARGEST", 1000)
    assert find(archive((PLACE, b"x" * 1000))) == b"x" * 1000
    assert find(archive((PLACE, b"x" * 1001))) is None


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(wheels, "LARGEST", 1000)
    bomb = archive((PLACE, b"x" * 1_000_000))
    # It says that it is short.
    lie = bomb.replace((1_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    assert find(lie) is None


def test_a_long_table_of_contents_is_not_read(monkeypatch):
    monkeypatch.setattr(wheels, "_LARGEST_DIRECTORY", 20)
    assert find(archive((PLACE, METADATA))) is None


def test_a_wrong_checksum_is_none():
    crc = zlib.crc32(METADATA).to_bytes(4, "little")
    assert find(archive((PLACE, METADATA)).replace(crc, b"\0\0\0\0")) is None


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"<html>Sorry</html>", b"\0" * 99])
def test_what_is_no_archive_has_none(content):
    assert find(content) is None


def test_whatever_stands_in_an_archive_nothing_is_raised():
    sound = archive((PLACE, METADATA), ("six_pack/a.py", b"pass"))
    chance = random.Random(4)
    for _ in range(3000):
        broken = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert find(bytes(broken[: chance.randint(20, len(broken))])) in {None, METADATA}
