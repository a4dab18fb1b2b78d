"""What passes the door is read by Python's own readers exactly as it was by us."""

import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.uploads.archives.inspection import inspect
from app.uploads.archives.zips import list_members, read_member
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import parse_filename
from tests.archives import make_wheel, sdist_name
from tests.hostile_tars import FOLDER, PKG_INFO, TOP
from tests.tarwriter import TarEntry, make_tar, make_tar_gz
from tests.zipwriter import ZipEnd, ZipEntry, write_zip

NAME = parse_filename(sdist_name(), "sdist")
ZIPS = [
    make_wheel(),
    make_wheel(store=True),
    write_zip([ZipEntry("ключ.py", b"x"), ZipEntry("b/", method=0)], end=ZipEnd(zip64=True)),
]
TAR = make_tar([FOLDER, PKG_INFO, TarEntry(f"{TOP}/a.py", b"x"), TarEntry(f"{TOP}/b.py")])
CHANGES = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=3)
MANY = settings(deadline=None, max_examples=300)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("readers") / "file"


@MANY
@given(st.sampled_from(ZIPS), CHANGES)
def test_accepted_zip_is_the_same_to_zipfile(scratch, data, changes):
    scratch.write_bytes(changed(data, changes))
    with scratch.open("rb") as file:
        ours = list_or_none(file)
        if ours is None:
            return
        theirs = zipfile.ZipFile(file)
        assert list(ours) == [info.orig_filename for info in theirs.infolist()]
        for name, member in ours.items():
            info = theirs.getinfo(name)
            assert (member.size, member.packed, member.crc, member.offset) == (
                info.file_size,
                info.compress_size,
                info.CRC,
                info.header_offset,
            )
            body = read_or_none(file, member)
            assert body is None or body == theirs.read(name)


@MANY
@given(CHANGES)
def test_accepted_tar_is_the_same_to_tarfile(scratch, changes):
    raw = changed(TAR, changes)
    scratch.write_bytes(make_tar_gz([], end=repaired(raw)))
    try:
        contents = inspect(scratch, NAME)
    except InvalidArchive:
        return
    # Bytes that are no UTF-8 only have to be told apart from those that are.
    with tarfile.open(scratch, "r:gz", errors="replace") as theirs:
        names = {member.name for member in theirs if not member.isdir()}
        assert names == contents.members
        assert theirs.extractfile(f"{TOP}/PKG-INFO").read() == contents.metadata


def list_or_none(file):
    try:
        return list_members(file)
    except InvalidArchive:
        return None


def read_or_none(file, member):
    try:
        return read_member(file, member, 10_000)
    except InvalidArchive:
        return None


def changed(data, changes):
    out = bytearray(data)
    for position, value in changes:
        out[position % len(out)] = value
    return bytes(out)


def repaired(raw):
    """Return the tar file with right checksums, so that other changes matter."""
    out = bytearray(raw)
    for start in range(0, len(out), 512):
        if out[start + 257 : start + 262] == b"ustar":
            out[start + 148 : start + 156] = b" " * 8
            out[start + 148 : start + 156] = b"%06o\0 " % sum(out[start : start + 512])
    return bytes(out)
