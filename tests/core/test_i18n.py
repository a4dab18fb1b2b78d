import pytest

from app.core.i18n import LANGUAGES, force_locale, reader_locale, select_locale
from tests.factories import PASSWORD, make_account


def language_of(client, **headers):
    page = client.get("/account/login", headers=headers).text
    return page.partition('<html lang="')[2].partition('"')[0]


def test_english_comes_first():
    assert next(iter(LANGUAGES)) == "en"


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("de", "de"), ("de-CH,en;q=0.5", "de"), ("fr,en;q=0.3", "en"), ("tlh", "en"), ("", "en")],
)
def test_the_browser_says_what_its_reader_speaks(client, wanted, given):
    assert language_of(client, **{"Accept-Language": wanted}) == given


def test_the_switch_counts_more_than_the_browser(client):
    client.set_cookie("locale", "de")
    assert language_of(client, **{"Accept-Language": "en"}) == "de"


def test_a_cookie_that_says_nothing_is_passed_over(client):
    client.set_cookie("locale", "../../etc")
    assert language_of(client, **{"Accept-Language": "de"}) == "de"


def test_the_account_counts_more_than_the_browser(client):
    make_account("grace", locale="de")
    client.post("/account/login", data={"login": "grace", "password": PASSWORD})
    page = client.get("/account", headers={"Accept-Language": "en"}).text
    assert '<html lang="de"' in page


def test_the_site_has_a_language_of_its_own(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_LOCALE", "de")
    assert select_locale() == "de"
    assert language_of(client, **{"Accept-Language": "tlh"}) == "de"


def test_a_mail_speaks_another_language_than_the_request(app):
    with app.test_request_context():
        with force_locale("de"):
            assert reader_locale() == "de"
        assert reader_locale() == "en"


def test_the_address_counts_more_than_all_else(client):
    client.set_cookie("locale", "en")
    answer = client.get("/about?lang=de", headers={"Accept-Language": "en"})
    assert '<html lang="de"' in answer.text
    assert answer.headers["Content-Language"] == "de"


def test_the_language_of_an_address_holds_for_that_page_alone(client):
    answer = client.get("/about?lang=de")
    assert "Set-Cookie" not in answer.headers
    assert '<html lang="en"' in client.get("/about").text


@pytest.mark.parametrize(
    "asked", ["xx", "", "DE", "../../etc", "de%0d%0aX: y", "%F0%9F%98%80" * 500]
)
def test_an_address_with_an_unknown_language_is_passed_over(client, asked):
    answer = client.get(f"/about?lang={asked}", headers={"Accept-Language": "de"})
    assert answer.headers["Content-Language"] == "de"


def test_caches_are_told_what_the_language_of_a_page_depends_on(client):
    answer = client.get("/about")
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}


@pytest.mark.parametrize("path", ["/simple/", "/healthz", "/static/css/house.css"])
def test_what_machines_read_is_in_no_language(client, path):
    answer = client.get(path, headers={"Accept": "text/html"}, buffered=True)
    assert "Content-Language" not in answer.headers
    assert "accept-language" not in {name.lower() for name in answer.vary}


def test_no_form_is_answered_in_a_language_by_its_address(client):
    answer = client.post("/account/login?lang=de", data={"login": "x", "password": "y"})
    assert answer.headers["Content-Language"] == "en"
