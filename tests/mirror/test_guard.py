"""Where an upstream's links may lead us, and where they may not."""

import socket
import threading

import httpcore
import pytest

from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.guard import Guard, Origin, askable
from app.mirror.upstream import Upstream
from tests.upstreams import Redirect, Reply, UpstreamServer

OWN = "http://10.1.2.3:8080/simple/"


def guard(*hosts):
    return Guard(Origin.of(OWN), hosts)


@pytest.mark.parametrize(
    "url", ["https://files.example.com/a.whl", "https://files.example.com:443/a", OWN + "six/"]
)
def test_public_hosts_and_the_own_one_are_allowed(url):
    assert guard().allows(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://files.example.com/a", "https://files.example.com:8443/a", "ftp://example.com/a"),
        *("file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "//example.com/a"),
        *("https:///a", "https://", "", "a/b", "https://[::1]/a", "https://127.0.0.1/a"),
        *("https://localhost/a", "https://a.localhost/a", "https://10.1.2.3/a"),
        *("http://10.1.2.3:8081/a", "https://10.1.2.3:8080/a", "https://169.254.169.254/latest"),
        *("https://[::ffff:127.0.0.1]/a", "https://[64:ff9b::7f00:1]/a", "https://0.0.0.0/"),
        *("https://example.com/a b", "https://example.com\\@127.0.0.1/", "https://exa\nmple.com/"),
        *("https://example.com:99999/", "https://[fe80::1%25eth0]/", "https://" + "a" * 3000),
    ],
)
def test_other_places_are_not(url):
    assert not guard().allows(url)


def test_login_in_a_link_does_not_hide_its_host():
    assert not guard().allows("https://files.example.com@127.0.0.1/a")
    assert guard().allows("https://127.0.0.1@files.example.com/a")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1"),
        *(
            "64:ff9b:1::c0a8:101",
            "64:ff9b:1:c0a8:1:100::",
            "::ffff:0:10.0.0.1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
        ),
    ],
)
def test_inner_addresses_are_closed(address):
    assert not guard().allows_address("files.example.com", 443, address)


@pytest.mark.parametrize(
    "address",
    [
        *("203.0.113.80", "198.51.100.1", "192.0.2.1", "8.8.8.8", "172.32.0.1", "100.128.0.1"),
        *("2001:db8::1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"),
    ],
)
def test_addresses_that_everybody_reaches_are_open(address):
    assert guard().allows_address("files.example.com", 443, address)


def test_own_origin_may_be_anywhere_and_only_on_its_port():
    assert guard().allows_address("10.1.2.3", 8080, "10.1.2.3")
    assert not guard().allows_address("10.1.2.3", 443, "10.1.2.3")


def test_named_hosts_are_the_only_others():
    named = guard("files.corp.example", "cache.corp.example:8080")

    assert named.allows("http://files.corp.example/a")
    assert named.allows("https://files.corp.example/a")
    assert named.allows("http://cache.corp.example:8080/a")
    assert named.allows_address("files.corp.example", 80, "10.9.9.9")
    assert not named.allows("https://cache.corp.example/a")
    assert not named.allows("http://files.corp.example:8080/a")
    assert not named.allows("https://files.example.com/a")
    assert not named.allows_address("files.example.com", 443, "8.8.8.8")


def test_url_is_sent_as_it_must_be():
    assert askable("https://example.com/ä-b/c+d%20e?x=ü&y=1#frag") == (
        "/%C3%A4-b/c+d%20e?x=%C3%BC&y=1",
        "example.com",
    )
    assert askable("http://[2001:db8::1]:81")[1] == "[2001:db8::1]:81"


@pytest.fixture
def server():
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def upstream(server):
    upstream = Upstream(server.url)
    yield upstream
    upstream.close()


@pytest.fixture
def names(monkeypatch):
    """Give a table of what hosts resolve to, each time the next of several answers."""
    table = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **options):
        if host not in table:
            return real(host, port, *args, **options)
        answers = table[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


def test_name_that_leads_inside_is_not_connected_to(upstream, names):
    names["files.example.com"] = ["127.0.0.1"]

    with pytest.raises(UpstreamUnavailable) as caught:
        upstream.get("https://files.example.com/a.whl", limit=10)

    assert isinstance(caught.value.__cause__, httpcore.ConnectError)


def test_name_that_changes_its_mind_is_judged_by_what_is_connected_to(names):
    """A second look-up would find another address than the one that was allowed."""
    names["files.example.com"] = ["203.0.113.9", "127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        upstream = Upstream(f"http://127.0.0.1:{inside.getsockname()[1]}/simple/")
        for _ in range(2):
            with pytest.raises(UpstreamUnavailable):
                upstream.get("https://files.example.com/a.whl", limit=10, patience=0.2)
        upstream.close()
        with pytest.raises(BlockingIOError):
            inside.accept()


@pytest.mark.parametrize(
    "place",
    [
        *("http://127.0.0.1:1/", "https://127.0.0.1/", "http://localhost/", "file:///etc/passwd"),
        *("https://169.254.169.254/latest/meta-data/", "http://files.example.com/", "//10.0.0.1/"),
    ],
)
def test_redirect_to_a_forbidden_place_is_not_followed(server, upstream, place):
    server.breaks(Redirect(place))

    with pytest.raises(UpstreamUnavailable):
        upstream.get(upstream.page_url("six"), limit=1000)

    assert len(server.log) == 1


def test_other_server_on_the_same_machine_is_not_asked(server, upstream):
    with UpstreamServer() as neighbour:
        server.breaks(Redirect(f"{neighbour.url}six/"))

        with pytest.raises(UpstreamUnavailable):
            upstream.get(upstream.page_url("six"), limit=1000)
        with (
            pytest.raises(UpstreamUnavailable),
            upstream.open(f"{neighbour.origin}/packages/a.whl"),
        ):
            pass

        assert neighbour.log == []


def test_five_redirects_are_followed_and_six_are_not(server, upstream):
    def lead(hops):
        for hop in range(hops):
            place = f"hop{hop + 1}" if hop + 1 < hops else "/end"
            server.pages[f"/hop{hop}"] = Reply(302, "", b"", {"Location": place})
        server.pages["/end"] = Reply(200, "text/plain", b"here")
        return f"{server.origin}/hop0"

    assert upstream.get(lead(5), limit=10).body == b"here"
    with pytest.raises(UpstreamUnavailable):
        upstream.get(lead(6), limit=10)


def test_login_goes_to_the_own_origin_and_nowhere_else(server):
    server.login = ("reader", "s3cret:ä")
    server.add_wheel("six")
    with UpstreamServer() as neighbour:
        file = neighbour.add_wheel("six")
        place = f"localhost:{neighbour.origin.rpartition(':')[2]}"
        url = server.url.replace("//", "//reader:s3cret%3A%C3%A4@")
        upstream = Upstream(url, hosts=(place,))
        server.pages["/away"] = Reply(302, "", b"", {"Location": f"http://x:y@{place}{file.path}"})

        assert upstream.get(upstream.page_url("six"), limit=10**5).status == 200
        assert upstream.get(f"{server.origin}/away", limit=10**6).body == file.content

        assert "reader" not in upstream.url + upstream.title
        [seen] = neighbour.log
        assert "authorization" not in seen.headers
        upstream.close()


def test_wrong_login_is_a_failure(server, upstream):
    server.login = ("reader", "secret")

    with pytest.raises(UpstreamUnavailable):
        upstream.get(upstream.page_url("six"), limit=1000)


def test_proxy_of_the_environment_is_asked(server, monkeypatch):
    with UpstreamServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin.replace("//", "//me:pass@"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        direct = Upstream(server.url)
        monkeypatch.setenv("no_proxy", "")
        upstream = Upstream(server.url)

        assert direct.get(direct.page_url("six"), limit=10).status == 404
        assert proxy.log == []
        assert upstream.get(upstream.page_url("six"), limit=10).status == 404
        [seen] = proxy.log
        assert seen.path == f"{server.url}six/"
        assert seen.headers["proxy-authorization"].startswith("Basic ")
        for each in (direct, upstream):
            each.close()


def test_pooled_connection_is_used_again(server, upstream):
    server.add_wheel("six")
    for _ in range(3):
        upstream.get(upstream.page_url("six"), limit=10**5)
        upstream.get(upstream.page_url("none"), limit=10**5)

    assert len(server._connections) == 1


def test_connection_that_was_closed_meanwhile_is_no_failure(server, upstream):
    server.add_wheel("six")
    upstream.get(upstream.page_url("six"), limit=10**5)
    server.stop()
    server.start()

    assert upstream.get(upstream.page_url("six"), limit=10**5).status == 200
    assert threading.active_count() < 50
