"""Which of its pages an upstream is asked for."""

from datetime import timedelta

import pytest

from app.core import clock
from app.mirror.asking import News, ask
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.upstream import Upstream
from tests.upstreams import ErrorPage, Status, Truncate, UpstreamServer

SIMPLE, API = "/simple/six/", "/pypi/six/json"


@pytest.fixture
def server():
    with UpstreamServer() as server:
        server.add_wheel("six", "1.0")
        server.add_sdist("six", "1.0", yanked="bad")
        yield server


@pytest.fixture
def upstream(server):
    upstream = Upstream(server.url)
    yield upstream
    upstream.close()


def paths(server):
    return [seen.path for seen in server.log]


def wheel_of(news):
    return news.document.entries[0]


def test_simple_pages_that_tell_of_metadata_are_enough(server, upstream):
    news = ask(upstream, "six")

    assert wheel_of(news).metadata_sha256
    assert upstream.manners.prefers_api is False
    assert paths(server) == [SIMPLE]


@pytest.mark.parametrize("style", ["json-api", "html-api"])
def test_json_api_that_tells_more_is_asked_alone_from_then_on(server, upstream, style):
    server.style = style

    news = ask(upstream, "six")
    ask(upstream, "six")

    assert wheel_of(news).metadata_sha256
    assert wheel_of(news).size
    assert news.document.entries[1].yanked_reason == "bad"
    assert paths(server) == [SIMPLE, API, API]


def test_html_without_json_api_is_read(server, upstream):
    server.style = "html"

    [wheel, sdist] = ask(upstream, "six").document.entries
    for _ in range(3):
        ask(upstream, "six")

    assert (wheel.size, wheel.uploaded_at, wheel.core_metadata) == (None, None, False)
    assert sdist.yanked_reason == "bad"
    assert paths(server) == [*[SIMPLE, API] * 3, SIMPLE]


def test_json_api_with_other_files_is_not_believed(server, upstream):
    server.style = "html-api"
    odd = b'{"info": {"name": "six"}, "releases": {}}'
    server.breaks(ErrorPage(odd, "application/json"), path=API)

    for _ in range(4):
        news = ask(upstream, "six")

    assert len(news.document.entries) == 2
    assert paths(server) == [*[SIMPLE, API] * 3, SIMPLE]


@pytest.mark.parametrize("trouble", [Status(500), Truncate(), ErrorPage()], ids=repr)
def test_json_api_that_fails_leaves_the_simple_page(server, upstream, trouble):
    server.style = "html-api"
    ask(upstream, "six")
    server.breaks(trouble, path="/pypi/*")

    news = ask(upstream, "six")

    assert len(news.document.entries) == 2
    assert upstream.manners.prefers_api is None
    server.heals()
    ask(upstream, "six")
    assert upstream.manners.prefers_api is True


def test_name_that_the_json_api_does_not_know_is_asked_of_the_simple_index(server, upstream):
    server.style = "html-api"
    ask(upstream, "six")
    server.style = "html"

    assert len(ask(upstream, "six").document.entries) == 2
    assert ask(upstream, "seven").body_sha256 is None


def test_page_with_a_status_is_not_left_for_one_without(server, upstream):
    server.style, server.api_version = "json-api", "1.4"
    server.project("six").status = "deprecated"

    news = ask(upstream, "six")

    assert news.document.status == "deprecated"
    assert paths(server) == [SIMPLE]


def test_what_was_found_out_is_believed_for_a_day(server, upstream, now):
    server.style = "html-api"
    ask(upstream, "six")
    now(clock.now() + timedelta(hours=25))

    ask(upstream, "six")

    assert paths(server) == [SIMPLE, API, SIMPLE, API]


def test_validators_are_sent_only_to_where_they_came_from(server, upstream):
    known = News(asked_url=upstream.page_url("six"), body_sha256="0" * 64, etag='"old"')
    ask(upstream, "six", known)
    assert server.log[-1].headers["if-none-match"] == '"old"'

    ask(upstream, "six", News(asked_url="https://other/", body_sha256="0" * 64, etag='"old"'))
    assert "if-none-match" not in server.log[-1].headers


def test_nothing_new_is_told_by_an_empty_document(server, upstream):
    known = ask(upstream, "six")

    news = ask(upstream, "six", known)

    assert news.document is None
    assert news.body_sha256 == known.body_sha256


def test_unasked_304_is_a_failure(server, upstream):
    server.breaks(Status(304))
    with pytest.raises(UpstreamUnavailable):
        ask(upstream, "six")


def test_head_is_never_asked(server, upstream):
    server.style = "html-api"
    ask(upstream, "six")
    assert {seen.method for seen in server.log} == {"GET"}


def test_index_that_is_not_called_simple_has_no_json_api(server):
    upstream = Upstream(f"{server.origin}/root/index/")
    assert upstream.api_url("six") is None
    assert upstream.page_url("Foo_Bar") == f"{server.origin}/root/index/foo-bar/"
    assert Upstream(server.url).api_url("Foo_Bar") == f"{server.origin}/pypi/foo-bar/json"
    assert Upstream("https://a.example/root/simple").api_url("x") == (
        "https://a.example/root/pypi/x/json"
    )
