import pytest

from app.web.http import absolute_url, base_url, is_local, status_line


@pytest.mark.parametrize("target", ["/", "/about?x=1#y", "/a//b", "/user/käse/"])
def test_addresses_on_this_site_are_local(target):
    assert is_local(target)


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "about",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\\b",
        "/a\nb",
    ],
)
def test_all_others_are_not(target):
    assert not is_local(target)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("File already exists", "400 File already exists"),
        ("two\r\nSet-Cookie: x", "400 two Set-Cookie: x"),
        ("ключ über", "400 ???? über"),
    ],
)
def test_check_56_a_status_line_is_one_line_of_latin_1(message, line):
    assert status_line(400, message) == line


def test_a_status_line_is_cut():
    assert len(status_line(400, "x" * 500)) == len("400 ") + 200


def test_the_address_of_the_site_is_that_of_the_request(app):
    with app.test_request_context(base_url="https://a.example/prefix"):
        assert base_url() == "https://a.example/prefix"
        assert absolute_url("site.search") == "https://a.example/prefix/search"


def test_the_configured_address_wins(app, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://b.example/pypi")
    with app.test_request_context(base_url="https://a.example/prefix"):
        assert absolute_url("site.search") == "https://b.example/pypi/search"
