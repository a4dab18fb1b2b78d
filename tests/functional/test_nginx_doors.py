"""The doors of nginx: TLS, a path of its own, limits, proxies in front, what it sends by itself."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.web.headers import DATA_POLICY
from tests.functional.databases import free_port
from tests.functional.fronting import PAGE
from tests.functional.house import BEHIND_NGINX, House
from tests.functional.nginx import Nginx
from tests.functional.test_pages import V1_JSON

PROTECTING = (
    "content-security-policy",
    "cross-origin-opener-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
)


@contextmanager
def door(house: House, folder: Path, *, port: int = 0, **environ: str) -> Iterator[Nginx]:
    """Open one more door to a house that runs, or to a port where nobody is."""
    upstream = f"{BEHIND_NGINX[house.server]}://127.0.0.1:{port or house.inner_port}"
    nginx = Nginx(folder / "door", free_port(), house.folder, upstream, environ)
    nginx.start()
    try:
        yield nginx
    finally:
        nginx.stop()


@pytest.fixture
def secured(front, paths, certificate, tmp_path) -> Iterator[tuple[httpx.Client, Nginx, int]]:
    """Give a client at a door with TLS and a path of its own, and the port without TLS."""
    plain = free_port()
    environ = {
        "TLS_CERTIFICATE": str(certificate.path),
        "TLS_KEY": str(certificate.key),
        "HSTS": "600",
        "PREFIX": "/pypi/",
        "HTTP_LISTEN": f"127.0.0.1:{plain}",
        "ACME_DIR": str(tmp_path),
        "SERVER_NAME": "localhost",
        "OTHER_HOSTS": "refuse",
    }
    with door(front, tmp_path, **environ) as nginx:
        context = certificate.context
        url = f"https://localhost:{nginx.port}"
        with httpx.Client(base_url=url, verify=context, trust_env=False) as client:
            yield client, nginx, plain


def test_everything_is_below_the_prefix_and_behind_tls(front, paths, secured):
    client, nginx, _plain = secured
    for path in (*paths, "/", "/search?q=served", "/static/css/house.css", "/pypi/served/json"):
        answer = client.get(f"/pypi{path}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        assert client.get(path).status_code == 404 or path.startswith("/pypi")
        headers = Counter(name.lower() for name, _value in answer.headers.multi_items())
        for name in (*PROTECTING, "strict-transport-security"):
            assert headers[name] == 1, (path, name)
    told = nginx.check()
    assert "test is successful" in told
    assert "[warn]" not in told


def test_links_lead_below_the_prefix(secured):
    client, _nginx, _plain = secured
    home = client.get("/pypi/").text
    assert 'href="/pypi/' in home
    assert 'href="/search' not in home
    page = client.get("/pypi/simple/served/", headers={"Accept": V1_JSON}).json()
    file = str(client.base_url.join("/pypi/simple/served/").join(page["files"][0]["url"]))
    assert client.get(file).status_code == 200
    answer = client.get("/pypi/account")
    assert answer.headers["Location"].startswith("/pypi/account/login")


def test_the_prefix_is_reached_without_its_slash(secured):
    client, _nginx, _plain = secured
    answer = client.get("/pypi?next=x")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/pypi/?next=x")
    assert client.get("/pypi/simple").headers["Location"] == "simple/"


@pytest.mark.parametrize(
    "path", ["/x/../pypi/simple/", "/%70ypi/", "//evil.example/", "/pypi//evil.example/"]
)
def test_odd_spellings_of_the_prefix_lead_nowhere_else(secured, path):
    client, _nginx, _plain = secured
    target = httpx.URL(str(client.base_url)).copy_with(raw_path=path.encode())
    answer = client.get(target)
    assert not answer.headers.get("Location", "").startswith(("//", "http"))
    assert answer.status_code in {200, 404}


@pytest.mark.parametrize("prefix", ["/evil", "//evil.example", "/x\tSet-Cookie: a=b"])
def test_the_prefix_is_not_the_callers_choice(secured, prefix):
    client, _nginx, _plain = secured
    text = client.get("/pypi/", headers={"X-Forwarded-Prefix": prefix}).text
    assert "evil" not in text
    assert 'href="/pypi/' in text


def test_who_comes_for_another_name_gets_nothing(secured):
    client, _nginx, _plain = secured
    assert client.get("/pypi/", headers={"Host": "evil.example"}).status_code == 421


def test_who_comes_without_tls_is_sent_to_our_own_name(secured, tmp_path):
    _client, nginx, plain = secured
    there = {"Host": "evil.example"}
    answer = httpx.get(f"http://127.0.0.1:{plain}/pypi/?a=b", headers=there, trust_env=False)
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"https://localhost:{nginx.port}/pypi/?a=b"
    place = tmp_path / ".well-known" / "acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("proof")
    url = f"http://127.0.0.1:{plain}/.well-known/acme-challenge/token"
    assert httpx.get(url, trust_env=False).text == "proof"


def test_http_2_is_spoken(secured, certificate):
    _client, nginx, _plain = secured
    context = certificate.context
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", nginx.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.selected_alpn_protocol() == "h2"
        assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}


@pytest.fixture
def limited(front, paths, tmp_path) -> Iterator[httpx.Client]:
    """Give a client at a door that lets little through, behind a proxy that it believes."""
    environ = {"ACCOUNT_RATE": "1r/m", "SEARCH_RATE": "1r/m", "REAL_IP_FROM": "127.0.0.1 ::1"}
    with (
        door(front, tmp_path, **environ) as nginx,
        httpx.Client(base_url=f"http://127.0.0.1:{nginx.port}", trust_env=False) as client,
    ):
        yield client


def from_there(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}


def test_hasty_strangers_are_told_to_wait(limited):
    answers = [limited.post("/account/login", headers=from_there("192.0.2.7")) for _ in range(33)]
    assert [answer.status_code for answer in answers[:31]] != [429] * 31
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].headers["Content-Security-Policy"] == DATA_POLICY
    # Neither others, nor other pages.
    assert limited.post("/account/login", headers=from_there("192.0.2.8")).status_code != 429
    for path in ("/account/login", PAGE, "/search/suggest?q=a"):
        assert limited.get(path, headers=from_there("192.0.2.7")).status_code == 200


def test_a_household_is_counted_as_one(limited):
    statuses = [
        limited.get("/search/suggest?q=a", headers=from_there(f"2001:db8:1:2::{number:x}"))
        for number in range(1, 104)
    ]
    assert statuses[0].status_code == 200
    assert statuses[-1].status_code == 429
    other = limited.get("/search/suggest?q=a", headers=from_there("2001:db8:1:3::1"))
    assert other.status_code == 200


def test_a_proxy_in_front_that_is_believed_tells_of_tls(limited):
    there = from_there("192.0.2.9") | {"Host": "packages.example.org"}
    told = limited.get("/opensearch.xml", headers=there).text
    assert "https://packages.example.org/" in told


def test_a_proxy_in_front_that_is_not_believed_tells_nothing(front, paths):
    there = from_there("192.0.2.9") | {"Host": "packages.example.org"}
    told = front.http.get("/opensearch.xml", headers=there).text
    assert "http://packages.example.org/" in told


def test_pages_for_people_are_packed_but_not_those_about_them(front, paths):
    gzip = {"Accept-Encoding": "gzip"}
    page = front.http.get("/", headers=gzip)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert "Content-Encoding" not in front.http.get("/account/login", headers=gzip).headers


def test_what_pages_are_made_of_needs_no_application(front, tmp_path):
    names = ("/static/css/house.css", "/static/js/page.js", "/static/img/icons.svg")
    with door(front, tmp_path, port=free_port()) as nginx:
        for name in (*names, "/bootstrap/static/css/bootstrap.min.css"):
            url = f"http://127.0.0.1:{nginx.port}{name}"
            there = httpx.get(url, trust_env=False)
            kept = httpx.get(f"{url}?v=0123456789abcdef", trust_env=False)
            assert there.content == kept.content == front.http.get(name).content
            assert there.headers["Content-Type"] == kind_of(name)
            assert there.headers["Cache-Control"] == "no-cache"
            assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def kind_of(name: str) -> str:
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    return f"{kinds[name.rpartition('.')[2]]}; charset=utf-8"
