"""RECORD: what it must list, and the digests that are compared later."""

import hashlib
import tracemalloc
from base64 import urlsafe_b64encode

import pytest

from app.uploads.archives.inspection import inspect
from app.uploads.archives.records import check_record, verify_record
from app.uploads.archives.zips import list_members
from app.uploads.exceptions import InvalidArchive
from app.uploads.filenames import parse_filename
from tests.archives import make_record, make_wheel, wheel_name
from tests.zipwriter import ZipEntry, make_zip, write_zip

INFO = "foo_bar-1.0.dist-info"
FILES = {"foo_bar.py": b"answer = 42\n", "data/x.bin": b"\0" * 100}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.whl"


def make_with_record(record):
    return make_wheel(members=FILES, record=record.encode())


def lines(**changes):
    parts = dict(line.split(",", 1) for line in make_record(FILES, INFO).decode().splitlines())
    return parts | changes


@pytest.mark.parametrize(
    "members",
    [
        {f"{INFO}/RECORD.jws": b"{}", f"{INFO}/RECORD.p7s": b""},
        {"empty/": b""},
        {"with, comma.py": b"x"},
        {'with"quote.py': b"x"},
    ],
    ids=["signatures", "folder", "comma", "quote"],
)
def test_record_may_leave_out_signatures_and_folders(path, members):
    files = FILES | members
    quoted = {f'"{name.replace(chr(34), chr(34) * 2)}"': data for name, data in FILES.items()}
    extra = {
        '"' + name.replace('"', '""') + '"': data
        for name, data in members.items()
        if not name.startswith(INFO) and not name.endswith("/")
    }
    info = {f"{INFO}/METADATA": b"", f"{INFO}/WHEEL": b""}
    path.write_bytes(make_wheel(members=files, record=make_record(quoted | extra | info, INFO)))

    assert inspect(path, parse_filename(wheel_name(), "bdist_wheel")).count >= len(FILES)


def test_record_may_have_backslashes_and_empty_lines(path):
    info = {f"{INFO}\\METADATA": b"", f"{INFO}\\WHEEL": b""}
    windows = {name.replace("/", "\\"): data for name, data in FILES.items()}
    record = make_record(windows | info, INFO).replace(b"\n", b"\r\n\r\n")
    path.write_bytes(make_wheel(members=FILES, record=record))

    assert inspect(path, parse_filename(wheel_name(), "bdist_wheel")).unpacked_size > 100


def test_intact_wheel_has_no_complaints(path):
    path.write_bytes(make_wheel(members={**FILES, "folder/": b""}))

    assert [line for line in verify_record(path) if not line.startswith("folder")] == []


def test_changed_file_is_found(path):
    path.write_bytes(make_wheel(members=FILES | {"foo_bar.py": b"answer = 43\n"}, record=_old()))

    assert verify_record(path) == [
        "foo_bar.py: sha256 differs from RECORD",
        f"{INFO}/METADATA: not listed in RECORD",
        f"{INFO}/WHEEL: not listed in RECORD",
    ]


def _old():
    return make_record(FILES, INFO)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a.py,,", "a.py: no SHA-2 digest in RECORD"),
        ("a.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,0", "a.py: no SHA-2 digest in RECORD"),
        ("a.py,sha256=abc,", "a.py: sha256 differs from RECORD"),
        ("a.py,{sha512},7", "a.py: size differs from RECORD"),
        ("b.py,,", "a.py: not listed in RECORD"),
    ],
)
def test_bad_line_is_found(path, line, complaint):
    sha512 = urlsafe_b64encode(hashlib.sha512(b"x").digest()).decode()
    record = line.format(sha512=f"sha512={sha512}") + "\n"
    path.write_bytes(make_zip({"a.py": b"x", f"{INFO}/RECORD": record.encode()}))

    assert verify_record(path) == [complaint]


def test_good_line_without_size_has_no_complaint(path):
    digest = urlsafe_b64encode(hashlib.sha384(b"x").digest()).decode()
    record = f"a.py,sha384={digest},\n".encode()
    path.write_bytes(make_zip({"a.py": b"x", f"{INFO}/RECORD": record}))

    assert verify_record(path) == []


def test_damaged_member_is_found(path):
    record = make_record({"a.py": b"x"}, INFO)
    wrong = ZipEntry("a.py", b"x", local={"crc": 1}, central={"crc": 1})
    path.write_bytes(write_zip([wrong, ZipEntry(f"{INFO}/RECORD", record)]))

    (complaint,) = verify_record(path)

    assert "damaged" in complaint


@pytest.mark.parametrize("files", [{}, {"a.dist-info/RECORD": b"", "b.dist-info/RECORD": b""}])
def test_wheel_without_one_record_cannot_be_verified(path, files):
    path.write_bytes(make_zip(files))

    with pytest.raises(InvalidArchive) as refusal:
        verify_record(path)

    assert refusal.value.code == "invalid-record"


def test_record_of_a_million_strangers_is_left_at_the_first(path):
    strangers = b"".join(b"%x,,\n" % number for number in range(100_000))
    path.write_bytes(make_wheel(record=strangers))
    with path.open("rb") as file:
        members = list_members(file)
        record = members[f"{INFO}/RECORD"]
        tracemalloc.start()
        with pytest.raises(InvalidArchive, match="RECORD lists '0'"):
            check_record(file, members, record)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * 1024**2
