"""Slow, hasty and greedy clients at nginx, and honest uploaders."""

import re
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.demo import write_distributions
from tests.functional.fronting import NAME, PAGE, both, furnish, raw, raw_get
from tests.functional.house import BEHIND_NGINX, House
from tests.functional.test_pages import get


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
