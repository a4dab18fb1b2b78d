"""Files of an upstream over the wire, on every server: whole, in parts, or broken off."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.functional.conftest import running
from tests.functional.house import House
from tests.functional.test_pages import V1_JSON
from tests.upstreams import HeldFile, Slow, Stall, Status, Truncate, UpstreamServer, WrongBytes

LONG_AGO = "2024-01-01T00:00:00.000000Z"
SIZE = 3 * 1024 * 1024
SERVERS = ("granian", "gunicorn", "uwsgi", "nginx-granian", "nginx-uwsgi")


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    """Give an honest upstream."""
    with UpstreamServer() as server:
        yield server


@pytest.fixture(scope="module", params=SERVERS)
def mirror(
    request: pytest.FixtureRequest,
    upstream: UpstreamServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """Give a house that copies it."""
    environ = {"UPSTREAM_URL": upstream.url, "UPSTREAM_HOSTS": "127.0.0.1", "MIRROR_TTL": "1"}
    folder = tmp_path_factory.mktemp(request.param) / "data"
    with running(House(request.param, folder, environ=environ)) as house:
        yield house


@pytest.fixture(autouse=True)
def _heal(upstream: UpstreamServer) -> Iterator[None]:
    yield
    upstream.heals()


def put(house: House, upstream: UpstreamServer, name: str, **facts) -> HeldFile:
    """Let the upstream have a wheel of some size under a name that no other house asked for."""
    name = f"{name}-{house.server}"
    content = bytes(range(256)) * (SIZE // 256) + name.encode()
    return upstream.add_wheel(name, "1.0", content=content, uploaded_at=LONG_AGO, **facts)


def path_of(house: House, held: HeldFile) -> str:
    name = held.filename.split("-")[0].replace("_", "-")
    page = house.http.get(f"{house.simple_url}{name}/", headers={"Accept": V1_JSON}).json()
    link = next(file for file in page["files"] if file["filename"] == held.filename)
    return str(httpx.URL(f"{house.simple_url}{name}/").join(link["url"].partition("#")[0]))


def raw_get(house: House, url: str, protocol: str = "HTTP/1.1") -> bytes:
    """Return all that comes over a connection until it is closed."""
    request = (
        f"GET {httpx.URL(url).raw_path.decode()} {protocol}\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.port), timeout=30) as connection:
        connection.sendall(request.encode())
        chunks = []
        try:
            while chunk := connection.recv(65536):
                chunks.append(chunk)
        except ConnectionResetError:
            pass
        return b"".join(chunks)


def test_check_9_a_cold_file_is_sent_whole_and_then_from_here(mirror, upstream):
    held = put(mirror, upstream, "whole")
    url = path_of(mirror, held)
    first, second = (mirror.http.get(url) for _ in range(2))
    assert first.content == second.content == held.content
    for name in ("ETag", "Content-Length", "Cache-Control", "Content-Type"):
        assert first.headers[name] == second.headers[name]
    assert len(upstream.asked(f"*{held.filename}")) == 1


@pytest.mark.parametrize("trouble", [Truncate, WrongBytes], ids=lambda kind: kind.__name__)
def test_check_93_94_a_client_sees_that_a_body_broke_off(mirror, upstream, trouble):
    held = put(mirror, upstream, f"broken-{trouble.__name__.lower()}")
    url = path_of(mirror, held)
    upstream.breaks(trouble(), path=held.path)
    try:
        answer = mirror.http.get(url)
    except httpx.HTTPError:
        pass
    else:
        assert answer.status_code == 503, (answer.status_code, len(answer.content))
    blobs = {Path(blob).name for blob in mirror.blobs()}
    assert held.sha256 not in blobs
    upstream.heals()
    deadline = time.monotonic() + 20
    while (answer := mirror.http.get(url)).status_code == 503:
        assert time.monotonic() < deadline
    assert answer.content == held.content


def test_check_94_a_body_without_length_that_breaks_off_has_no_end(mirror, upstream):
    held = put(mirror, upstream, "endless", has_size=False)
    url = path_of(mirror, held)
    upstream.breaks(NoLength(), path=held.path)
    answer = raw_get(mirror, url)
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 503 " in head.partition(b"\r\n")[0]:
        return
    assert b" 200 " in head.partition(b"\r\n")[0]
    assert b"chunked" in head.lower()
    assert not body.endswith(b"0\r\n\r\n")


class NoLength(Truncate):
    """Sends half without saying how much it will be, and breaks off."""

    def befall(self, exchange, honest):
        exchange.begin(honest, length=None)
        exchange.write(honest.body[: len(honest.body) // 2])
        exchange.pause(0.5)
        exchange.hang_up()


def test_check_92_whoever_waits_hears_something_within_eight_seconds(mirror, upstream):
    asked = []
    for trouble in (Slow(20), Stall(0.0, 20)):
        for headers in ({}, {"Range": "bytes=-100"}):
            held = put(mirror, upstream, f"slow-{len(asked)}")
            upstream.breaks(trouble, path=held.path)
            asked.append((path_of(mirror, held), headers))

    def ask(url, headers):
        begin = time.monotonic()
        with mirror.http.stream("GET", url, headers=headers) as answer:
            assert answer.status_code in {200, 206, 503}
            return time.monotonic() - begin

    with ThreadPoolExecutor(len(asked)) as threads:
        waited = list(threads.map(lambda each: ask(*each), asked))
    assert max(waited) < 8


def test_check_95_head_and_parts_of_what_is_not_here(mirror, upstream):
    held = put(mirror, upstream, "parts")
    url = path_of(mirror, held)
    head = mirror.http.head(url)
    assert (head.status_code, int(head.headers["Content-Length"])) == (200, len(held.content))
    part = mirror.http.get(url, headers={"Range": "bytes=-1000"})
    assert (part.status_code, part.content) == (206, held.content[-1000:])
    assert mirror.http.get(url).content == held.content


def test_check_91_a_cold_page_without_the_upstream_is_unavailable(mirror, upstream):
    upstream.breaks(Status(500))
    answer = mirror.http.get(f"{mirror.simple_url}never-{mirror.server}/")
    assert (answer.status_code, int(answer.headers["Retry-After"]) <= 10) == (503, True)
