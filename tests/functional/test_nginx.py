"""nginx as deploy/nginx sets it up: what it serves by itself, and that it is the same."""

import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.projects.services import change_status, delete_release
from app.stats.queries import count_downloads
from tests.functional.fronting import (
    NAME,
    PAGE,
    SERIAL,
    WHEEL,
    ask,
    both,
    by_application,
    furnish,
)
from tests.functional.house import ROOT, House
from tests.functional.nginx import RENDER
from tests.functional.test_pages import PIP, V1_HTML, V1_JSON, get, path_of, visible_to
from tests.functional.uploading import basic

ACCEPTS = re.findall(
    r'^    (?:"(.*)"|"") +(?:html|json);$',
    (ROOT / "deploy/nginx/tilsit.conf").read_text().split("map $http_accept_encoding")[0],
    re.MULTILINE,
)


TAGS = ['"other"', "*", 'W/"x-1"', "ETAG", 'W/ETAG, "other"', "nonsense"]
HEADERS = {
    "Accept": ACCEPTS + [V1_HTML, "application/xml", "text/*;q=0.5, application/json", "x"],
    "Accept-Encoding": ["", "gzip", "br, gzip", "gzip;q=0", "*;q=0.5", "identity;q=0.5, gzip"],
    "If-None-Match": TAGS,
    "If-Match": TAGS,
    "If-Range": TAGS,
    "Range": [
        "bytes=0-",
        "bytes=0-9",
        "bytes=-1",
        "bytes=-0",
        "bytes=3-",
        "bytes=9-3",
        "b",
        "bytes=",
    ],
    "If-Modified-Since": ["Fri, 01 Jan 2100 00:00:00 GMT", "yesterday"],
    "If-Unmodified-Since": ["Sat, 01 Jan 2000 00:00:00 GMT", "yesterday"],
    "Authorization": ["", "Nonsense", basic("wrong")],
    "Content-Length": ["0"],
}


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "PUT"]),
    number=st.integers(0, 3),
    headers=st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in HEADERS.items()}
    ),
)
def test_any_request_is_answered_as_the_application_would(front, paths, method, number, headers):
    etag = ask(front, paths[number])[1]["etag"]
    asked = {name: value.replace("ETAG", etag) for name, value in headers.items()}
    fast, slow = both(front, paths[number], method=method, **asked)
    if fast[0] == slow[0] == 304:
        for facts in (fast, slow):
            facts[1].pop("accept-ranges", None)
    assert fast == slow


def test_configuration_is_good(front):
    assert front.nginx is not None
    told = front.nginx.check()
    assert "test is successful" in told
    assert "[warn]" not in told


def test_everything_is_filled_in(front):
    assert front.nginx is not None
    assert re.findall(r"@[A-Z_]+@", (front.nginx.folder / "site.conf").read_text()) == []


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "set DATA_DIR to the folder"),
        ({"DATA_DIR": "/d", "UPSTREAM": "unix:/s"}, "UPSTREAM must begin with http:// or uwsgi://"),
        ({"DATA_DIR": "/d; }"}, "nginx could not read this: /d; }"),
        ({"DATA_DIR": "/d", "ACCEL_PREFIX": "/b|e id|/"}, "nginx could not read this"),
        ({"DATA_DIR": "/d", "INCLUDE": "/a\nreturn 200"}, "nginx could not read this"),
        ({"DATA_DIR": "/d", "PREFIX": "pypi"}, "PREFIX must be a path like /pypi"),
        ({"DATA_DIR": "/d", "PREFIX": "//evil.example"}, "PREFIX must be a path like /pypi"),
        ({"DATA_DIR": "/d", "PREFIX": "/a b"}, "PREFIX must be a path like /pypi"),
        ({"DATA_DIR": "/d", "PREFIX": "/a", "SITE_URL": "https://x/b"}, "name different paths"),
        ({"DATA_DIR": "/d", "TLS_KEY": "/k"}, "set TLS_CERTIFICATE too"),
        ({"DATA_DIR": "/d", "TLS_CERTIFICATE": "/c"}, "set TLS_KEY too"),
        ({"DATA_DIR": "/d", "ACCOUNT_RATE": "much"}, "A rate must be like 60r/m"),
        ({"DATA_DIR": "/d", "MAX_UPLOAD_MB": "1 + 1"}, "MAX_UPLOAD_MB must be a number"),
        ({"DATA_DIR": "/d", "OTHER_HOSTS": "refuse"}, "needs a SERVER_NAME"),
    ],
)
def test_what_cannot_be_served_is_not_rendered(environ, sentence):
    done = subprocess.run([RENDER], env=environ, capture_output=True, text=True)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert done.stdout == ""


@pytest.fixture
def alone(front, paths) -> Iterator[House]:
    """Give the house without its application: nginx has to do."""
    front.stop_behind()
    yield front
    front.start_behind()


@pytest.mark.parametrize("coding", [None, "gzip", "gzip, deflate, br, zstd", "identity", "br"])
def test_known_callers_get_from_nginx_what_the_application_would_send(front, paths, coding):
    for accept in (*ACCEPTS, None):
        for path in (PAGE, "/simple/"):
            fast, slow = both(front, path, Accept=accept, Accept_Encoding=coding)
            assert fast == slow, (path, accept)
            assert fast[0] == 200
    assert PIP in ACCEPTS
    assert len(ACCEPTS) > 10


@pytest.mark.parametrize(
    "coding",
    ["gzip;q=0", "gzip;q=0.5, identity", "*", "GZIP", "x-gzip", "gzip , br", "br;q=1"],
)
def test_odd_codings_are_weighed_by_the_application(front, paths, coding):
    fast, slow = both(front, PAGE, Accept=V1_JSON, Accept_Encoding=coding)
    assert fast == slow


@pytest.mark.parametrize("accept", [V1_HTML, "application/xml", "text/*", f"{V1_JSON};q=0, */*"])
def test_other_types_are_weighed_by_the_application(front, paths, accept):
    fast, slow = both(front, PAGE, Accept=accept)
    assert fast == slow


def test_files_are_the_same_from_nginx_and_by_leave_of_the_application(front, paths):
    for path in paths[1:3]:
        for wanted in (None, "bytes=0-9", "bytes=-9", "bytes=5-", "bytes=5-9", "bytes=9-5", "x"):
            fast, slow = both(front, path, Range=wanted, Accept_Encoding="gzip, zstd")
            assert fast == slow, (path, wanted)
            assert "content-encoding" not in fast[1]


def test_heads_are_the_same(front, paths):
    for path in paths:
        for headers in ({}, {"Range": "bytes=5-9"}, {"Accept-Encoding": "gzip"}):
            fast = ask(front, path, method="HEAD", **headers)
            slow = ask(front, f"{path}?asked=oddly", method="HEAD", **headers)
            whole = ask(front, path, **{k: v for k, v in headers.items() if k != "Range"})
            assert fast == slow
            assert fast == (200, whole[1], b"")


def test_unchanged_is_told_the_same(front, paths):
    for path in paths:
        for coding in (None, "gzip"):
            etag = ask(front, path, Accept_Encoding=coding)[1]["etag"]
            for tags in (etag, f'"other", {etag}', "*", f"W/{etag}"):
                fast, slow = both(front, path, Accept_Encoding=coding, If_None_Match=tags)
                # Both are allowed in an answer without a body.
                for facts in (fast, slow):
                    facts[1].pop("accept-ranges", None)
                assert fast == slow
                assert fast[0] == 304


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("If-Match", '"other"', 412),
        ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT", 200),
        ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 200),
        ("If-Range", "Sat, 01 Jan 2000 00:00:00 GMT", 200),
        ("Range", "bytes=99999999-", 416),
    ],
)
def test_other_conditions_are_told_the_same(front, paths, name, value, status):
    fast, slow = both(front, paths[1], **{name: value})
    assert fast == slow
    assert fast[0] == status


def test_what_is_on_the_shelf_needs_no_application(alone):
    for accept in (V1_JSON, "text/html", "*/*", PIP):
        for coding in ("gzip", "identity"):
            for path in (PAGE, "/simple/"):
                answer = get(alone, path, Accept=accept, Accept_Encoding=coding)
                assert answer.status_code == 200
                assert SERIAL not in answer.headers
    file = path_of(alone, NAME, WHEEL)
    whole = get(alone, file)
    assert whole.status_code == 200
    assert get(alone, f"{file}.metadata").status_code == 200
    assert get(alone, file, Range="bytes=0-99").content == whole.content[:100]
    assert get(alone, file, If_None_Match=whole.headers["ETag"]).status_code == 304


def test_what_is_not_there_may_be_asked_for_again_later(alone):
    answer = get(alone, "/simple/never-laid/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_public_index_is_served_to_callers_with_any_key(front, paths):
    answer = get(front, PAGE, Authorization=basic("wrong"))
    assert answer.status_code == 200
    assert SERIAL not in answer.headers


def test_removed_file_stops_at_once(front):
    name = "removed"
    page, file, metadata, _root = furnish(front, name)
    with front.inside(), transaction():
        delete_release(OPERATOR, release_of(name), "1.0")
    assert [get(front, path).status_code for path in (file, metadata)] == [404, 404]
    assert front.filenames(name) == []
    assert WHEEL not in get(front, page).text


def release_of(name: str) -> int:
    return get_release(get_project(get_index().id, name).id, "1.0").id


def test_quarantined_file_stops_at_once(front):
    name = "suspect"
    _page, file, metadata, _root = furnish(front, name)
    with front.inside(), transaction():
        change_status(OPERATOR, get_project(get_index().id, name).id, "quarantined")
    assert {get(front, path).status_code for path in (file, metadata)} <= {403, 404}
    assert front.filenames(name) == []


def test_index_that_is_made_private_stops_at_once(front, paths):
    with visible_to(front, "members"):
        answers = [get(front, path) for path in paths]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert {get(front, path).status_code for path in paths} == {200}


def test_shelf_that_is_gone_costs_only_speed(front, paths):
    (front.folder / "shelf").rename(front.folder / "no-shelf")
    try:
        assert [get(front, path).status_code for path in paths] == [200] * 4
    finally:
        shutil.rmtree(front.folder / "no-shelf")


def test_what_vanishes_before_it_is_opened_comes_from_the_application(front, paths):
    shelf = front.folder / "shelf" / "main" / "public"
    file = paths[1].replace("/files/", f"/files/{paths[1].split('/')[2][:2]}/")
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as nothing:
        # It can be looked at, but not be opened.
        nothing.bind(f"{folder}/nothing")
        for path in (shelf / "pages" / "se" / f"{NAME}.json", Path(f"{shelf}{file}")):
            path.unlink()
            path.symlink_to(f"{folder}/nothing")
        assert front.page(NAME)["name"] == NAME
        assert get(front, paths[1]).content == by_application(front, paths[1]).content


def test_downloads_that_nginx_serves_stand_in_its_log(front):
    file = furnish(front, "counted")[1]
    before = lines_about(front, file)
    get(front, file, User_Agent='pip/99 {"quoted"}')
    get(front, file, Range="bytes=0-9")
    front.http.head(file)
    lines = await_lines(front, file, len(before) + 3)[len(before) :]
    assert [(line["method"], line["status"], line["range"]) for line in lines] == [
        ("GET", 200, ""),
        ("GET", 206, "bytes=0-9"),
        ("HEAD", 200, ""),
    ]
    assert lines[0]["agent"] == 'pip/99 {"quoted"}'
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", lines[0]["time"])


def test_every_download_is_counted_in_one_place(front):
    file = furnish(front, "decided")[1]
    # Only whoever came first was not served by nginx.
    await_count(front, "decided", 1)
    before = lines_about(front, file)
    by_application(front, file)
    get(front, file, Range="bytes=5-")
    get(front, file, Range="bytes=5-9")
    assert lines_about(front, file) == before
    get(front, file)
    await_count(front, "decided", 2)
    assert len(await_lines(front, file, len(before) + 1)) == len(before) + 1


def lines_about(house: House, path: str) -> list[dict[str, Any]]:
    assert house.nginx is not None
    lines = [json.loads(line) for line in house.nginx.downloads.read_text().splitlines()]
    return [line for line in lines if line["uri"] == path]


def await_lines(house: House, path: str, wanted: int) -> list[dict[str, Any]]:
    """Return the lines when they are there: nginx writes them behind its answers."""
    deadline = time.monotonic() + 10
    lines = lines_about(house, path)
    while len(lines) < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
        lines = lines_about(house, path)
    return lines


def await_count(house: House, name: str, wanted: int) -> None:
    """Wait until the application has written its downloads, all that it knows of at once."""
    deadline = time.monotonic() + 10
    with house.inside():
        count = count_downloads("main", name)
        while count < wanted and time.monotonic() < deadline:
            db.session.rollback()
            time.sleep(0.1)
            count = count_downloads("main", name)
    assert count == wanted
