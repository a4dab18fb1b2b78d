"""Archives and metadata, hostile and odd, over HTTP on every server and database."""

import functools

import pytest

from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.uploading import assert_refused, upload
from tests.hostile import Hostile
from tests.hostile_tars import HOSTILE_TARS
from tests.hostile_wheels import HOSTILE_WHEELS
from tests.hostile_zips import HOSTILE_ZIPS


@functools.cache
def bytes_of(hostile: Hostile) -> bytes:
    return hostile.build()


def name_of(hostile: Hostile) -> str:
    return hostile.case


@pytest.mark.parametrize("hostile", HOSTILE_WHEELS + HOSTILE_ZIPS, ids=name_of)
def test_checks_48_50_51_52_hostile_wheel_is_refused(house, unchanged, hostile):
    with unchanged(house):
        answer = upload(house, hostile.filename, bytes_of(hostile))
    # Of an empty file nobody looks at the inside.
    code = hostile.code if bytes_of(hostile) else "invalid-form"
    assert_refused(house, answer, 400, "", code)
    assert answer.text.strip()


@pytest.mark.parametrize("hostile", HOSTILE_TARS, ids=name_of)
def test_checks_49_50_53_hostile_sdist_is_refused(house, unchanged, hostile):
    with unchanged(house):
        answer = upload(house, hostile.filename, bytes_of(hostile))
    # Of an empty file nobody looks at the inside.
    code = hostile.code if bytes_of(hostile) else "invalid-form"
    assert_refused(house, answer, 400, "", code)
    assert answer.text.strip()


def test_check_49_sdist_with_a_hyphen_in_its_name(house, unchanged):
    with unchanged(house):
        answer = upload(
            house, "check-49-1.0.tar.gz", make_sdist("check-49"), name="check-49", version="1.0"
        )
    assert_refused(house, answer, 400, "check_49-1.0.tar.gz")


@pytest.mark.parametrize("content", [b"<html>not here</html>", b"PK\x03\x04", b"\x1f\x8b"])
@pytest.mark.parametrize("filename", [wheel_name("check-50"), sdist_name("check-50")])
def test_check_50_what_is_no_archive(house, unchanged, filename, content):
    with unchanged(house):
        answer = upload(house, filename, content)
    assert_refused(house, answer, 400, "")


@pytest.mark.parametrize(
    ("summary", "status"), [(b"caf\xe9", 400), (b"a\0b", 400), (b"caf\xc3\xa9", 200)]
)
def test_check_54_bytes_of_the_metadata(house, summary, status):
    metadata = make_metadata("check-54", "1.0").replace(b"\n\n", b"\n")
    head, _, _ = metadata.partition(b"Version: 1.0\n")
    content = make_wheel("check-54", metadata=head + b"Version: 1.0\nSummary: " + summary + b"\n")
    answer = upload(house, wheel_name("check-54"), content)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("change", ["bom", "crlf"])
def test_check_54_marks_and_line_ends(house, change):
    metadata = make_metadata("check-54-b", "1.0")
    odd = {"bom": b"\xef\xbb\xbf" + metadata, "crlf": metadata.replace(b"\n", b"\r\n")}
    answer = upload(house, wheel_name("check-54-b"), make_wheel("check-54-b", metadata=odd[change]))
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize(
    ("version", "status"),
    [
        *[(good, {200}) for good in ("1.0", "1.2", "2.1", "2.3", "2.4", "2.5", "2.6")],
        ("2.7", {200, 400}),
        *[(bad, {400}) for bad in ("3.0", "2.0", None)],
    ],
)
def test_check_57_metadata_versions(house, version, status):
    name = f"check-57-{version or 'none'}"
    content = make_wheel(name, metadata_version=version)
    answer = upload(house, wheel_name(name), content, metadata_version=version or "2.4")
    assert answer.status_code in status, answer.text


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("license", [("License", "MIT"), ("License-Expression", "MIT")]),
        ("license-expression", [("License-Expression", "Free As In Cheese")]),
        ("license", [("License-File", "MISSING.txt")]),
        ("import-name", [("Import-Name", "a"), ("Import-Namespace", "a")]),
        ("requires-dist", [("Requires-Dist", "foo (bar")]),
        ("requires-python", [("Requires-Python", ">=3.6.*")]),
        ("requires-dist", [("Requires-Dist", "foo @ https://example.org/foo.whl")]),
    ],
)
def test_check_58_metadata_that_break_a_rule(house, unchanged, field, headers):
    content = make_wheel("check-58", metadata_version="2.5", headers=headers)
    with unchanged(house):
        answer = upload(house, wheel_name("check-58"), content)
    assert_refused(house, answer, 400, field)


def test_check_58_extra_in_another_spelling_is_warned_about(house):
    name = "check-58-extra"
    content = make_wheel(name, metadata_version="2.5", extras=["Foo_Bar"])
    answer = upload(house, wheel_name(name), content)
    assert answer.status_code == 200
    assert "Provides-Extra" in answer.text
