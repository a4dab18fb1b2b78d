import json

import pytest

from app.backup.exceptions import BadBackup
from app.backup.manifest import Lack, read_manifest
from tests.backup.makers import make_manifest

DIGEST = "a" * 64


@pytest.fixture
def path(tmp_path):
    return tmp_path / "manifest.json"


def write(path, **changes):
    path.write_text(json.dumps(json.loads(make_manifest().as_text()) | changes))


def test_what_was_written_is_read_again(path):
    manifest = make_manifest(lacks=(Lack(DIGEST, "missing"),))
    path.write_text(manifest.as_text())
    assert read_manifest(path) == manifest


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "rows/../../x.copy.gz",
        "rows/x.copy.gz\n",
        "",
        "secret_key/",
        7,
    ],
)
def test_names_that_lead_elsewhere_are_refused(path, name):
    files = json.loads(make_manifest().as_text())["files"]
    write(path, files=[*files, {"path": name, "size": 1, "sha256": DIGEST}])
    with pytest.raises(BadBackup, match="damaged"):
        read_manifest(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": []},
        {"files": [{"path": "blobs.txt", "size": 1, "sha256": DIGEST}] * 3},
        {"lacks": [{"sha256": "../x", "why": ""}]},
        {"number": -1},
        {"number": True},
        {"serial": "7"},
        {"revision": "0008; DROP TABLE file"},
        {"database": "oracle"},
        {"started_at": "2026-05-01T12:00:00"},
        {"started_at": None},
        {"counts": {'file"; --': 1}},
        {"sequences": []},
        {"settings": None},
    ],
)
def test_what_makes_no_sense_is_refused(path, changes):
    write(path, **changes)
    with pytest.raises(BadBackup, match="damaged"):
        read_manifest(path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(BadBackup):
        read_manifest(path)


def test_newer_format_is_told(path):
    write(path, format=2)
    with pytest.raises(BadBackup, match="newer version"):
        read_manifest(path)


def test_link_is_not_followed(path, tmp_path):
    write(tmp_path / "other")
    path.symlink_to(tmp_path / "other")
    with pytest.raises(BadBackup):
        read_manifest(path)
