import re

import pytest

from app.core.i18n import LANGUAGES
from app.pages.paths import find_rule
from app.pages.seeded import list_seeded, list_seeded_paths
from tests.factories import make_account
from tests.site.pages import faults, soup


@pytest.fixture
def upstream(app, monkeypatch):
    """Let the mirror copy a host, and give its name."""
    host = "packages.example.org"
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": f"https://{host}/simple/"})
    return host


@pytest.mark.parametrize("language", ["en", "de"])
def test_seeded_pages_are_well_formed_and_whole(client, language):
    client.set_cookie("locale", language)
    for path in list_seeded_paths().values():
        answer = client.get(path.address)
        assert answer.status_code == 200
        assert faults(answer) == []
        assert not re.search("TILSITPLACE|\\{\\{|<!--", soup(answer).main.decode()), path
        assert soup(answer).article["lang"] == language


@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_of_a_house_with_an_upstream_and_a_contact_are_too(
    upstream, client, app, monkeypatch, language
):
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "packages@example.org")
    make_account("boss", is_admin=True)
    client.set_cookie("locale", language)
    for path in list_seeded_paths().values():
        answer = client.get(path.address, base_url="http://packages.example.org")
        assert faults(answer) == []
        assert not re.search("TILSITPLACE|\\{\\{|<!--", soup(answer).main.decode()), path


def test_every_text_came_in_every_language():
    for path in list_seeded_paths():
        assert {locale for known, locale in list_seeded() if known == path} == set(LANGUAGES)


def test_all_that_people_expect_to_read_came_with_the_software():
    expected = {"/help", "/about", "/company/history", "/team", "/privacy", "/terms", "/security"}
    assert expected < set(list_seeded_paths())


def test_texts_that_came_are_nowhere_the_application_answers(app):
    for path in list_seeded_paths().values():
        assert find_rule(path.address) is None


def test_links_of_texts_that_came_lead_somewhere(client):
    found = set()
    for path in list_seeded_paths().values():
        found |= {link["href"] for link in soup(client.get(path.address)).article.find_all("a")}
    for href in found - {"#"}:
        status = client.get(href).status_code
        assert status == 200 or (href.startswith(("/account/", "/manage/")) and status == 302), href


def test_help_begins_with_the_one_address(client, upstream):
    page = soup(client.get("/help/"))
    assert page.select_one(".copyable code").text == "http://localhost/simple/"
    assert upstream in page.main.text


@pytest.mark.parametrize(
    ("slug", "line"),
    [("uv", "default = true"), ("poetry", "--priority=primary"), ("pdm", 'name = "pypi"')],
)
def test_tools_are_told_to_look_nowhere_else(client, upstream, slug, line):
    lines = [tag.text for tag in soup(client.get(f"/help/{slug}")).select(".copyable-text")]
    assert any(line in each for each in lines)


def test_every_help_page_is_listed(client):
    links = {link["href"] for link in soup(client.get("/help/")).article.find_all("a")}
    others = {"/help/refused/", "/policy/explain"}
    assert links == {path for path in list_seeded_paths() if path.startswith("/help/")} | others


@pytest.mark.parametrize("slug", ["pip", "uv", "poetry", "pdm", "hatch"])
def test_help_tells_the_real_address_of_the_index(client, slug):
    page = client.get(f"/help/{slug}", base_url="https://packages.example.org/python").text
    assert "https://packages.example.org/python/simple/" in page


@pytest.mark.parametrize("slug", ["twine", "uv", "poetry", "pdm", "hatch", "flit", "publishing"])
def test_help_tells_the_real_address_for_uploads(client, slug):
    page = client.get(f"/help/{slug}", base_url="https://packages.example.org/python").text
    assert "https://packages.example.org/python/legacy/" in page


def test_the_configured_address_wins(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://pypi.example.org")
    assert "https://pypi.example.org/simple/" in client.get("/help/pip").text


def test_check_33_help_says_that_twine_refuses_to_skip_existing_files(client):
    page = client.get("/help/twine").text
    assert "--skip-existing" in page
    assert "byte for byte" in page


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("http://packages.example.org", True),
        ("https://packages.example.org", False),
        ("http://127.0.0.1:5000", False),
    ],
)
def test_pip_is_told_to_trust_a_server_without_tls(client, address, is_told):
    assert ("trusted-host" in client.get("/help/pip", base_url=address).text) is is_told


@pytest.mark.parametrize("slug", ["nothing", "page", "..%2Fhelp", "pip.html"])
def test_a_help_page_that_is_not_there_is_not_found(client, slug):
    assert client.get(f"/help/{slug}").status_code == 404


def test_about_names_the_team_and_nobody_else(client):
    make_account("boss", name="Boss Müller", is_admin=True)
    make_account("left", is_admin=True, is_active=False)
    make_account("grace")
    page = client.get("/about").text
    assert "Boss Müller" in page
    assert "/user/left/" not in page
    assert "/user/grace/" not in page


def test_about_without_a_team_says_so(client):
    assert "Nobody has been named" in client.get("/about").text


def test_about_names_the_contact(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "packages@example.org")
    assert soup(client.get("/about")).find(href="mailto:packages@example.org")
