import pytest

from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.upstream import Upstream
from tests.upstreams import Status, UpstreamServer


def test_upstream_that_fails_is_left_alone():
    heard = []
    with UpstreamServer() as server:
        upstream = Upstream(server.url, report=heard.append)
        server.breaks(Status(500))
        for _ in range(10):
            with pytest.raises(UpstreamUnavailable):
                upstream.get(upstream.page_url("six"), limit=10)

        assert len(server.log) == 3
        assert upstream.is_resting
        assert heard == ["HTTP 500"]
        upstream.close()


def test_hosts_of_files_fail_by_themselves():
    with UpstreamServer() as server, UpstreamServer() as files:
        place = files.origin.removeprefix("http://")
        upstream = Upstream(server.url, hosts=(place,))
        files.breaks(Status(502))
        for _ in range(5):
            with pytest.raises(UpstreamUnavailable):
                upstream.get(f"{files.origin}/a.whl", limit=10)

        assert len(files.log) == 3
        assert upstream.get(upstream.page_url("six"), limit=10).status == 404
        assert not upstream.is_resting
        upstream.close()


def test_refusal_of_one_page_is_no_failure_of_the_upstream():
    with UpstreamServer() as server:
        upstream = Upstream(server.url)
        server.breaks(Status(403))
        for _ in range(5):
            with pytest.raises(UpstreamUnavailable):
                upstream.get(upstream.page_url("six"), limit=10)

        assert len(server.log) == 5
        upstream.close()
