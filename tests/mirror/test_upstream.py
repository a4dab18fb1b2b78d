import time
from contextlib import ExitStack

import pytest

from app.mirror.connections import MOST
from app.mirror.exceptions import UpstreamMissing, UpstreamUnavailable
from app.mirror.upstream import Upstream
from tests.upstreams import (
    Bomb,
    Drip,
    Endless,
    Redirect,
    Refuse,
    Slow,
    Stall,
    Status,
    Trickle,
    Truncate,
    UpstreamServer,
)


@pytest.fixture
def server():
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def upstream(server):
    upstream = Upstream(server.url)
    yield upstream
    upstream.close()


def get(upstream, name="six", **options):
    return upstream.get(upstream.page_url(name), limit=100_000, **options)


def test_page_comes_with_headers_and_body(server, upstream):
    server.add_wheel("six")

    answer = get(upstream)

    assert answer.status == 200
    assert b"six-1.0-py3-none-any.whl" in answer.body
    assert answer.headers["etag"]


def test_validators_bring_304(server, upstream):
    server.add_wheel("six")
    etag = get(upstream).headers["etag"]

    assert get(upstream, headers={"if-none-match": etag}).status == 304


def test_missing_page_is_404(upstream):
    assert get(upstream).status == 404


@pytest.mark.parametrize(
    "trouble",
    [
        *(Refuse(), Truncate(), Endless(), Bomb(), Redirect(), Status(500), Status(503)),
        Redirect("http://["),
        *(Status(429), Status(403), Status(401), Slow(), Stall(), Drip()),
    ],
    ids=lambda trouble: str(trouble).partition(" object")[0],
)
def test_what_goes_wrong_is_unavailable(server, upstream, trouble):
    server.add_wheel("six")
    server.breaks(trouble)

    with pytest.raises(UpstreamUnavailable):
        get(upstream, patience=0.5)


def test_file_streams_with_its_size(server, upstream):
    file = server.add_wheel("six")

    with upstream.open(f"{server.origin}{file.path}") as stream:
        assert stream.size == len(file.content)
        assert b"".join(stream.chunks()) == file.content


def test_missing_file_is_missing(server, upstream):
    with (
        pytest.raises(UpstreamMissing),
        upstream.open(f"{server.origin}/packages/not/here.whl"),
    ):
        pass


def test_part_of_a_file_is_exactly_that(server, upstream):
    file = server.add_wheel("six")

    assert upstream.get_part(f"{server.origin}{file.path}", 10, 20) == file.content[10:20]
    assert upstream.get_part(f"{server.origin}{file.path}", 10, 10**6) is None


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["headers", "between pieces"],
)
def test_a_trickle_that_is_no_answer_keeps_nobody(server, upstream, begin):
    server.breaks(Trickle(begin))
    started = time.monotonic()

    with pytest.raises(UpstreamUnavailable):
        get(upstream, patience=0.5)

    assert time.monotonic() - started < 20


def test_a_trickle_before_a_file_keeps_nobody(server, upstream):
    server.breaks(Trickle())
    with pytest.raises(UpstreamUnavailable), upstream.open(f"{server.origin}/a.whl", patience=0.5):
        pass


def test_files_that_take_long_keep_no_page_waiting(server, upstream):
    server.add_wheel("six")
    file = server.add_wheel("big")
    server.breaks(Stall(), path=file.path)

    with ExitStack() as files:
        for _ in range(MOST):
            files.enter_context(upstream.open(f"{server.origin}{file.path}"))
        assert get(upstream, patience=1).status == 200
