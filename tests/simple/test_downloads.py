import hashlib
import logging
import shutil

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.database import transaction
from app.core.storage import blobs, make_storage
from app.extensions import db
from app.projects.models import File, Project
from app.stats.counter import download_counter
from app.stats.models import DownloadDay
from app.stats.queries import count_downloads
from tests.factories import make_file, make_project, make_release

CONTENT = bytes(range(256)) * 3 + b"x" * 229
assert len(CONTENT) == 997


class Client(FlaskClient):
    """A client that reads answers to their end and closes them, as servers do."""

    def open(self, *args, **kwargs):
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def client(app):
    return type("Client", (Client, app.test_client_class), {})(app)


@pytest.fixture(params=["memory", "local"])
def storage(request, app, tmp_path):
    """Both kinds of storage."""
    if request.param == "local":
        app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    return app.extensions["blobs"]


@pytest.fixture
def wheel(storage):
    return make_file(make_release(make_project("foo"), "1.0"), content=CONTENT)


def address(file: File) -> str:
    return f"/files/{file.sha256}/{file.filename}"


def test_check_15_a_wheel_is_sent_as_it_is(client, wheel):
    answer = client.get(address(wheel), headers={"Accept-Encoding": "gzip"})
    assert answer.data == CONTENT
    assert answer.headers["Content-Length"] == "997"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "Content-Encoding" not in answer.headers


def test_check_16_an_sdist_has_no_encoding(client, storage):
    sdist = make_file(make_release(make_project("foo")), "foo-1.0.tar.gz", CONTENT)
    answer = client.get(address(sdist), headers={"Accept-Encoding": "gzip, br, zstd"})
    assert hashlib.sha256(answer.data).hexdigest() == sdist.sha256
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "Content-Encoding" not in answer.headers


def test_check_17_core_metadata_is_sent_as_it_is(client, storage):
    wheel = make_file(metadata="Name: Zoë\r\n".encode())
    answer = client.get(f"{address(wheel)}.metadata", headers={"Accept-Encoding": "gzip"})
    assert answer.data == "Name: Zoë\r\n".encode()
    assert hashlib.sha256(answer.data).hexdigest() == wheel.metadata_sha256
    assert "Content-Encoding" not in answer.headers


def test_check_17_sdists_have_no_core_metadata(client, app):
    sdist = make_file(filename="foo-1.0.tar.gz")
    assert client.get(f"{address(sdist)}.metadata").status_code == 404


@pytest.mark.parametrize(
    "path", ["/files/x/foo.whl", f"/files/{'ab' * 32}/foo.whl", f"/files/{'AB' * 32}/foo.whl"]
)
def test_what_is_nowhere_is_not_found(client, app, path):
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert answer.headers["X-Error-Code"] == "file-not-found"


def test_digest_and_name_must_belong_together(client, wheel):
    assert client.get(f"/files/{wheel.sha256}/other.whl").status_code == 404


@pytest.mark.parametrize("plus", ["+", "%2B", "%2b"])
def test_check_64_a_plus_may_be_encoded(client, app, plus):
    wheel = make_file(make_release(version="1.0+cu12"), "foo-1.0+cu12-py3-none-any.whl")
    assert client.get(address(wheel).replace("+", plus)).status_code == 200


def test_check_77_files_in_quarantine_are_refused(client, wheel):
    with transaction():
        db.session.get(
            Project, db.session.get(File, wheel.id).release.project_id
        ).status = "quarantined"
    for path in (address(wheel), f"{address(wheel)}.metadata"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["X-Error-Code"]) == (403, "file-quarantined")


def test_a_single_file_in_quarantine_is_refused(client, app):
    wheel = make_file(quarantined_at=clock.now())
    assert client.get(address(wheel)).status_code == 403


def test_a_removed_file_is_not_found(client, app):
    assert client.get(address(make_file(removed_at=clock.now()))).status_code == 404


def test_files_may_be_kept_for_ever(client, wheel):
    headers = client.get(address(wheel)).headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["ETag"] == f'"{int(wheel.sha256[:8], 16):x}-3e5"'
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_who_has_the_file_gets_304(client, wheel):
    validator = client.get(address(wheel)).headers["ETag"]
    again = client.get(address(wheel), headers={"If-None-Match": validator})
    assert (again.status_code, again.data) == (304, b"")
    assert "immutable" in again.headers["Cache-Control"]


def test_another_file_that_was_demanded_is_refused(client, wheel):
    assert client.get(address(wheel), headers={"If-Match": '"old"'}).status_code == 412


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_check_82_head_tells_what_get_would(client, wheel, suffix):
    head, get = client.head(address(wheel) + suffix), client.get(address(wheel) + suffix)
    assert head.data == b""
    assert head.status_code == get.status_code == 200
    for name in ("Content-Length", "Accept-Ranges", "ETag", "Content-Type", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-99", CONTENT[:100], "bytes 0-99/997"),
        ("bytes=100-", CONTENT[100:], "bytes 100-996/997"),
        ("bytes=-100", CONTENT[-100:], "bytes 897-996/997"),
        ("bytes=-10000", CONTENT, "bytes 0-996/997"),
    ],
)
def test_check_83_parts_are_sent(client, wheel, asked, content, told):
    answer = client.get(address(wheel), headers={"Range": asked})
    assert answer.status_code == 206
    assert (answer.data, answer.headers["Content-Range"]) == (content, told)
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=0-0,5-9", "garbage", "bytes=9-5"])
def test_check_83_what_is_not_understood_gets_the_whole_file(client, wheel, asked):
    answer = client.get(address(wheel), headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_check_83_behind_the_end_is_nothing(client, wheel):
    answer = client.get(address(wheel), headers={"Range": "bytes=999999999-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */997")


def test_check_84_a_part_of_the_same_file(client, wheel):
    validator = client.get(address(wheel)).headers["ETag"]
    headers = {"Range": "bytes=500-", "If-Range": validator}
    assert client.get(address(wheel), headers=headers).status_code == 206


@pytest.mark.parametrize("validator", ['"other"', "Sun, 06 Nov 1994 08:49:37 GMT", "W/"])
def test_check_84_of_another_file_the_whole(client, wheel, validator):
    headers = {"Range": "bytes=500-", "If-Range": validator}
    assert client.get(address(wheel), headers=headers).data == CONTENT


def test_check_85_head_ignores_ranges(client, wheel):
    answer = client.head(address(wheel), headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "997")


def test_check_67_files_are_for_reading(client, wheel):
    assert client.post(address(wheel)).status_code == 405


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_check_27_a_blob_that_is_gone_is_our_failure(client, wheel, suffix, caplog):
    for digest in (wheel.sha256, wheel.metadata_sha256):
        blobs().delete(digest)
    with caplog.at_level(logging.ERROR):
        answer = client.get(address(wheel) + suffix)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) < 10
    assert "a blob is missing" in caplog.text


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_check_27_a_store_that_is_gone_is_our_failure(client, app, tmp_path, suffix):
    root = tmp_path / "blobs"
    app.extensions["blobs"] = make_storage(str(root))
    wheel = make_file()
    shutil.rmtree(root)
    assert client.get(address(wheel) + suffix).status_code == 503


def downloads_of(client, *requests) -> int:
    before = written_downloads()
    for path, headers in requests:
        client.get(path, headers=headers)
    return written_downloads() - before


def written_downloads() -> int:
    download_counter().write()
    return count_downloads("main", "foo")


def test_downloads_are_counted(client, wheel):
    path = address(wheel)
    assert downloads_of(client, (path, {}), (path, {"Range": "bytes=0-9"})) == 2


def test_who_downloads_is_counted(client, wheel):
    client.get(address(wheel), headers={"User-Agent": "poetry/2.1 CPython/3.12.4 Linux/6"})
    client.get(address(wheel), headers={"User-Agent": "x" * 10_000})
    download_counter().write()
    rows = db.session.execute(select(DownloadDay.client, DownloadDay.python, DownloadDay.system))
    assert set(rows) == {("poetry", "3.12", "Linux"), ("other", "", "other")}


def test_what_is_no_download_is_not_counted(client, wheel):
    path = address(wheel)
    validator = client.head(path).headers["ETag"]
    others = [
        (f"{path}.metadata", {}),
        (path, {"Range": "bytes=10-"}),
        (path, {"Range": "bytes=5000-"}),
        (path, {"If-None-Match": validator}),
        ("/files/x/foo.whl", {}),
    ]
    assert downloads_of(client, *others) == 0


def test_a_download_takes_few_queries(client, wheel, queries):
    queries.clear()
    client.get(address(wheel))
    # It is asked for again, and the index is opened, to lay the way to it on the shelf.
    assert len(queries) <= 5
    queries.clear()
    client.get(address(wheel), headers={"X": "y"}, query_string="past=the-shelf")
    assert len(queries) <= 2


@pytest.fixture
def accel(app, monkeypatch):
    """The prefix under which nginx has the blobs."""
    monkeypatch.setitem(app.config, "ACCEL_PREFIX", "/_blobs/")
    return "/_blobs/"


@pytest.mark.parametrize("storage", ["local"], indirect=True)
@pytest.mark.parametrize("wanted", [{}, {"Range": "bytes=5-9"}, {"Range": "bytes=-5"}])
def test_bytes_are_left_to_nginx(client, wheel, accel, wanted):
    digest = wheel.sha256
    answer = client.get(address(wheel), headers=wanted)
    assert answer.headers["X-Accel-Redirect"] == f"{accel}{digest[:2]}/{digest[2:4]}/{digest}"
    assert (answer.status_code, answer.data) == (200, b"")
    assert "Content-Range" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("storage", ["local"], indirect=True)
@pytest.mark.parametrize(
    "wanted",
    [
        {"Range": "bytes=nonsense"},
        {"Range": "bytes=0-0,5-9"},
        {"Range": "bytes=9-5"},
        {"Range": "bytes=5-9", "If-Range": '"other"'},
        {"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    ],
)
def test_what_nginx_would_answer_otherwise_is_sent_from_here(client, wheel, accel, wanted):
    answer = client.get(address(wheel), headers=wanted)
    assert "X-Accel-Redirect" not in answer.headers
    assert (answer.status_code, answer.data) == (200, CONTENT)


@pytest.mark.parametrize("storage", ["local"], indirect=True)
def test_refusals_and_heads_tell_nginx_nothing(client, wheel, accel):
    etag = client.head(address(wheel)).headers["ETag"]
    answers = [
        client.head(address(wheel)),
        client.head(address(wheel), headers={"Range": "bytes=5-9"}),
        client.get(address(wheel), headers={"If-None-Match": etag}),
        client.get(address(wheel), headers={"Range": "bytes=9999-"}),
        client.get(f"/files/{'ab' * 32}/foo.whl"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 304, 416, 404]
    assert not any("X-Accel-Redirect" in answer.headers for answer in answers)


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
def test_blobs_without_a_path_are_sent_from_here(client, wheel, accel):
    answer = client.get(address(wheel))
    assert answer.data == CONTENT
    assert "X-Accel-Redirect" not in answer.headers


@pytest.mark.parametrize("storage", ["local"], indirect=True)
def test_without_the_setting_nothing_is_left_to_nginx(client, wheel):
    assert "X-Accel-Redirect" not in client.get(address(wheel)).headers


@pytest.mark.parametrize("storage", ["local"], indirect=True)
def test_what_is_left_to_nginx_is_counted_once(client, wheel, accel):
    path = address(wheel)
    wanted = [(path, {"Range": f"bytes={part}"}) for part in ("0-4", "5-", "-5")]
    assert downloads_of(client, (path, {}), *wanted) == 2
