import pytest

from tests.factories import make_release


@pytest.mark.parametrize("path", ["/", "/nowhere", "/account/login", "/help/pip"])
def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/static/css/house.css"])
def test_what_machines_read_does_nothing_in_a_browser(client, path):
    answer = client.get(path)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz"])
def test_every_answer_is_protected(client, path, name, value):
    make_release()
    assert client.get(path).headers[name] == value


@pytest.mark.parametrize(
    "path",
    [
        "/static/css/house.css",
        "/static/css/pages.css",
        "/static/js/page.js",
        "/static/js/forms.js",
        "/static/img/logo.svg",
        "/static/img/favicon.svg",
        "/bootstrap/static/css/bootstrap.min.css",
    ],
)
def test_all_that_pages_are_made_of_comes_from_here(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    answer.close()
