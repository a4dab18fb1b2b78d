"""nginx as deploy/nginx sets it up: what it serves by itself, and what it must not."""

import json
import re
import shutil
import socket
import stat
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.accounts.actors import OPERATOR
from app.accounts.models import ApiToken
from app.accounts.tokens import revoke
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.projects.services import change_status, delete_release
from app.stats.queries import count_downloads
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.conftest import running
from tests.functional.demo import write_distributions
from tests.functional.house import BEHIND_NGINX, ROOT, House
from tests.functional.nginx import RENDER
from tests.functional.test_pages import (
    PIP,
    V1_HTML,
    V1_JSON,
    get,
    path_of,
    visible_to,
)
from tests.functional.uploading import basic, publish

NAME = "served"
WHEEL = wheel_name(NAME, "1.0")
PAGE = f"/simple/{NAME}/"
# Only the application knows it, so who sends it has told where the answer comes from.
SERIAL = "X-PyPI-Last-Serial"
ACCEPTS = re.findall(
    r'^    (?:"(.*)"|"") +(?:html|json);$',
    (ROOT / "deploy/nginx/tilsit.conf").read_text().split("map $http_accept_encoding")[0],
    re.MULTILINE,
)


@pytest.fixture(scope="module", params=BEHIND_NGINX)
def front(request, tmp_path_factory) -> Iterator[House]:
    """Give a house behind nginx."""
    folder = tmp_path_factory.mktemp(request.param) / "data"
    with running(House(request.param, folder)) as house:
        yield house


@pytest.fixture
def paths(front) -> list[str]:
    """Give the paths of a page, a wheel, its metadata and the list of all, all on the shelf."""
    return furnish(front, NAME)


def furnish(house: House, name: str) -> list[str]:
    publish(house, wheel_name(name, "1.0"), make_wheel(name, "1.0"))
    publish(house, sdist_name(name, "1.0"), make_sdist(name, "1.0"))
    file = path_of(house, name, wheel_name(name, "1.0"))
    paths = [f"/simple/{name}/", file, f"{file}.metadata", "/simple/"]
    for path in paths:
        # What is not on the shelf yet is laid by whoever asks first.
        for accept in (V1_JSON, "text/html"):
            assert get(house, path, Accept=accept).status_code == 200
    return paths


@pytest.fixture
def alone(front, paths) -> Iterator[House]:
    """Give the house without its application: nginx has to do."""
    front.stop_behind()
    yield front
    front.start_behind()


def by_application(house: House, path: str, **headers: str) -> httpx.Response:
    """Ask in a way that nginx does not answer by itself."""
    return get(house, f"{path}?asked=oddly", **headers)


def facts_of(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body, without what is of the moment or the server."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name in ("date", "server", "connection", SERIAL.lower()):
        headers.pop(name, None)
    return answer.status_code, headers, b"".join(answer.iter_raw())


def ask(house: House, path: str, *, method: str = "GET", **headers: str):
    """Send these headers and no others, and return the facts of the answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    request = httpx.Request(method, f"{house.url}{path}", headers=names)
    answer = house.http.send(request, stream=True)
    try:
        return facts_of(answer)
    finally:
        answer.close()


def both(house: House, path: str, **headers: str):
    return ask(house, path, **headers), ask(house, f"{path}?asked=oddly", **headers)


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
    ],
)
def test_what_cannot_be_served_is_not_rendered(environ, sentence):
    done = subprocess.run([RENDER], env=environ, capture_output=True, text=True)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert done.stdout == ""


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


@pytest.fixture
def guarded(front, paths) -> Iterator[House]:
    """Give the house with an index for members only, ready on the shelf."""
    with visible_to(front, "members"):
        for path in paths:
            for accept in (V1_JSON, "text/html"):
                get(front, path, Accept=accept, Authorization=basic(front.token))
        yield front


def test_members_read_a_guarded_index_from_the_shelf(guarded, paths):
    for path in paths:
        for accept in (V1_JSON, None):
            key = basic(guarded.token)
            fast, slow = both(guarded, path, Authorization=key, Accept=accept)
            assert fast == slow
            assert fast[0] == 200
            assert fast[1]["cache-control"].startswith("private, ")
            assert "Authorization" in fast[1]["vary"]
            assert SERIAL not in get(guarded, path, Authorization=key).headers


def test_others_are_refused_by_the_application(guarded, paths):
    guarded.make_account("somebody", may_publish=False)
    somebody = basic(guarded.make_token("somebody", scope="read"))
    for path in paths:
        for key, status in ((None, 401), (basic("wrong"), 401), ("Nonsense", 401), (somebody, 403)):
            fast, slow = both(guarded, path, Authorization=key)
            assert fast == slow
            assert fast[0] == status
            assert ("www-authenticate" in fast[1]) == (status == 401)
            assert b"served-1.0" not in fast[2]


def test_refusal_names_its_realm_once(guarded):
    answer = get(guarded, PAGE, Authorization=basic("wrong"))
    assert len(answer.headers.get_list("WWW-Authenticate")) == 1


def test_token_of_one_project_opens_that_project_only(guarded, paths):
    own = basic(guarded.make_token(project=NAME))
    other = basic(guarded.make_token(project="somewhere-else"))
    told = [get(guarded, path, Authorization=own).status_code for path in paths]
    assert told == [200, 200, 200, 403]
    assert {get(guarded, path, Authorization=other).status_code for path in paths} == {403}


def test_taken_back_token_opens_for_five_seconds_at_most(guarded):
    secret = guarded.make_token("leaving", scope="read")
    key = basic(secret)
    assert get(guarded, PAGE, Authorization=key).status_code == 200
    with guarded.inside(), transaction():
        revoke(db.session.query(ApiToken).order_by(ApiToken.id.desc()).first())
    begin = time.monotonic()
    while get(guarded, PAGE, Authorization=key).status_code == 200:
        assert time.monotonic() - begin < 6
        time.sleep(0.1)


def test_admissions_are_kept_where_nobody_else_reads(guarded):
    get(guarded, PAGE, Authorization=basic(guarded.token))
    assert guarded.nginx is not None
    kept = guarded.nginx.folder / "admitted"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_credentials_stand_in_no_log(guarded):
    get(guarded, PAGE, Authorization=basic(guarded.token))
    assert guarded.nginx is not None
    logs = [path.read_text() for path in guarded.nginx.folder.glob("*.log")]
    assert logs
    assert not any(basic(guarded.token) in text or guarded.token in text for text in logs)


def test_admission_while_public_opens_nothing_later(front, paths):
    key = basic("wrong")
    get(front, "/simple/not-here/", Authorization=key)
    with visible_to(front, "members"):
        get(front, PAGE, Authorization=basic(front.token))
        assert get(front, PAGE, Authorization=key).status_code == 401


def raw(house: House, request: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def raw_get(house: House, path: str, *headers: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", "")
    return raw(house, "\r\n".join(lines).encode())


def test_nothing_is_reached_by_its_path(front, paths):
    digest = paths[1].split("/")[2]
    blob = f"{digest[:2]}/{digest[2:4]}/{digest}"
    page = f"pages/se/{NAME}.json"
    secrets = [(front.folder / "secret_key").read_bytes(), b'"filename"', b"METADATA"]
    for path in (
        f"/_blobs/{blob}",
        f"//_blobs/{blob}",
        f"/_blobs//{blob}",
        f"/%5Fblobs/{blob}",
        f"/_blobs%2F{blob}",
        f"/simple/../_blobs/{blob}",
        f"/simple/%2e%2e/_blobs/{blob}",
        f"/blobs/{blob}",
        f"/_blobs/../shelf/main/public/{page}",
        f"/_blobs/..%2fshelf/main/public/{page}",
        f"/_blobs../shelf/main/public/{page}",
        f"/main/public/{page}",
        f"/shelf/main/public/{page}",
        f"/simple/../main/public/{page}",
        f"/simple/..%2f{NAME}/",
        f"/simple/{NAME}/../../../secret_key",
        f"/files/{digest}/../../../../secret_key",
        f"/files/{digest}/..%2f..%2f..%2fsecret_key",
        "/files/../data/secret_key",
        "/_/admit",
        "/_//admit",
        "/%5F/admit",
    ):
        answer = raw_get(front, path)
        status = int(answer.split()[1])
        assert status in {308, 400, 403, 404}, (path, answer)
        assert not any(secret in answer for secret in secrets), path


def test_no_answer_tells_where_blobs_are(front, paths):
    for path in paths:
        for odd in ("", "?asked=oddly"):
            for wanted in ("", "Range: bytes=5-9", "X-Accel-Redirect: /_blobs/"):
                answer = raw_get(front, f"{path}{odd}", *([wanted] if wanted else []))
                head = answer.partition(b"\r\n\r\n")[0].lower()
                assert b"x-accel" not in head
                assert b"_blobs" not in head


def test_callers_cannot_say_where_they_come_from(front, paths):
    lies = ("X-Forwarded-Host: evil.test", "X-Forwarded-Prefix: /evil", "X-Forwarded-For: 6.6.6.6")
    told = raw_get(front, f"/pypi/{NAME}/json", *lies)
    assert b" 200 " in told.splitlines()[0]
    assert b"evil" not in told
    assert b"http://x/" in told


def test_downloads_that_nginx_serves_stand_in_its_log(front):
    file = furnish(front, "counted")[1]
    before = lines_about(front, file)
    get(front, file, User_Agent='pip/99 {"quoted"}')
    get(front, file, Range="bytes=0-9")
    front.http.head(file)
    lines = lines_about(front, file)[len(before) :]
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
    assert len(lines_about(front, file)) == len(before) + 1


def lines_about(house: House, path: str) -> list[dict[str, Any]]:
    assert house.nginx is not None
    lines = [json.loads(line) for line in house.nginx.downloads.read_text().splitlines()]
    return [line for line in lines if line["uri"] == path]


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


@pytest.fixture(params=[*BEHIND_NGINX, "granian"])
def visited(request, tmp_path) -> Iterator[House]:
    """Give a house on each way that strangers may come."""
    with running(House(request.param, tmp_path / "data")) as house:
        furnish(house, NAME)
        yield house


@pytest.mark.parametrize("sent", [b"", b"GET /simple/ HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_500_connections_that_say_nothing_delay_nobody(visited, sent):
    before = {path: delay(visited, path) for path in (PAGE, "/healthz")}
    with connections(visited, 500, sent):
        during = {path: delay(visited, path) for path in (PAGE, "/healthz")}
    assert all(during[path] - before[path] < 0.05 for path in before), (before, during)


@contextmanager
def connections(house: House, count: int, sent: bytes) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", house.port), timeout=20)
            stack.enter_context(connection)
            connection.sendall(sent)
        yield


def delay(house: House, path: str) -> float:
    """Return the seconds that a new client waits, the median of several."""
    taken = []
    for _ in range(15):
        begin = time.monotonic()
        assert b" 200 " in raw_get(house, path).splitlines()[0]
        taken.append(time.monotonic() - begin)
    return statistics.median(taken)


def test_requests_in_one_go_are_answered_in_order(front, paths):
    asked = [PAGE, paths[1], "/healthz", f"{PAGE}?asked=oddly", "/simple/not-here/", PAGE]
    one = "GET {} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: {}\r\n\r\n"
    ends = ["keep-alive"] * 5 + ["close"]
    text = "".join(one.format(path, end) for path, end in zip(asked, ends, strict=True))
    answers = re.findall(rb"HTTP/1\.1 (\d+) ", raw(front, text.encode()))
    assert answers == [b"200", b"200", b"200", b"200", b"404", b"200"]


def test_long_headers_are_refused_and_harm_nobody(front, paths):
    for line in (f"X-Long: {'x' * 65536}", f"Accept: {'text/html, ' * 6000}"):
        assert raw_get(front, PAGE, line).split()[1] in {b"400", b"431"}
    assert raw_get(front, f"/simple/{'x' * 65536}/").split()[1] == b"414"
    assert get(front, PAGE).status_code == 200


def test_two_hundred_types_are_weighed(front, paths):
    accept = ", ".join(f"a/b{number};q=0.5" for number in range(200)) + ", text/html;q=0.1"
    fast, slow = both(front, PAGE, Accept=accept)
    assert fast == slow
    assert fast[0] == 200


@pytest.mark.parametrize("size", [0, 5_000_000])
def test_real_uploaders_publish_through_nginx(front, bench, size):
    name = f"through-{size}-{front.server.removeprefix('nginx-')}"
    noise = {"noise.bin": bytes(range(256)) * (size // 256)}
    folder = bench.folder / "dist"
    files = write_distributions(folder, name)
    (folder / wheel_name(name, "1.0")).write_bytes(make_wheel(name, members=noise, store=True))
    key = ("-u", "__token__", "-p", front.token, "--non-interactive")
    done = bench.tool("twine7", "upload", "--repository-url", front.upload_url, *key, files[0])
    assert done.status == 0, done.output
    where = ("--publish-url", front.upload_url, "--token", front.token)
    done = bench.run(bench.clients.uv, "publish", *where, files[1])
    assert done.status == 0, done.output
    assert len(front.filenames(name)) == 2
    done = bench.uv("pip", "install", "--no-cache", "--default-index", front.simple_url, name)
    assert done.status == 0, done.output


def test_wrong_token_is_told_to_the_uploader(front, bench):
    name = "unwanted"
    files = write_distributions(bench.folder / "dist", name)
    noise = {"noise.bin": bytes(20_000_000)}
    (bench.folder / "dist" / wheel_name(name, "1.0")).write_bytes(
        make_wheel(name, members=noise, store=True)
    )
    where = ("--publish-url", front.upload_url, "--token", "wrong")
    done = bench.run(bench.clients.uv, "publish", *where, files[0])
    assert done.status != 0
    assert "token is not valid" in done.output


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
