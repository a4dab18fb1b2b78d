import pytest

from app.core.database import transaction
from app.pages.opening import open_page
from app.pages.services import publish, save_text, withdraw
from app.pages.texts import PageText
from tests.feeds.reading import LINK, MAP, pages, parts
from tests.site.pages import soup

SITE = "http://localhost"
TEXT = PageText(title="Our house", body="Old and *crooked*.")


def write(address, *locales, is_public=True, is_listed=True):
    """Write a page in some languages."""
    with transaction():
        path = open_page(address, is_listed=is_listed).path
        for locale in locales:
            save_text(path, locale, TEXT)
            if is_public:
                publish(path, locale)


def test_a_page_that_somebody_wrote_is_on_the_map(client):
    write("/company/house/", "en", "de")
    told = pages(client)[f"{SITE}/company/house/"]
    assert told.findtext(f"{MAP}lastmod").startswith("2091-05-31T12:00:00")
    assert {link.get("hreflang") for link in told.findall(LINK)} == {"en", "de", "x-default"}


def test_a_page_in_one_language_names_no_others(client):
    write("/company/haus", "de")
    url = f"{SITE}/company/haus"
    assert pages(client)[url].findall(LINK) == []
    for address in (url, f"{url}?lang=en"):
        head = soup(client.get(address)).head
        assert [tag["href"] for tag in head.select("link[rel=canonical]")] == [url]
        assert head.select("link[hreflang]") == []


def test_a_page_in_any_script_is_found_by_the_map(client):
    write("/firma/größe", "en")
    url = f"{SITE}/firma/gr%C3%B6%C3%9Fe"
    assert url in pages(client)
    head = soup(client.get(url)).head
    assert head.select_one("link[rel=canonical]")["href"] == url


@pytest.mark.parametrize("facts", [{"is_public": False}, {"is_listed": False}])
def test_drafts_and_unlisted_pages_are_on_no_map(client, facts):
    write("/company/plans", "en", **facts)
    assert f"{SITE}/company/plans" not in pages(client)


def test_a_page_that_was_withdrawn_is_on_no_map(client):
    with transaction():
        withdraw("/company/history", "en")
    assert f"{SITE}/company/history" in pages(client)
    with transaction():
        withdraw("/company/history", "de")
    assert f"{SITE}/company/history" not in pages(client)


def test_the_part_is_another_one_when_a_page_changes(client):
    part = next(part for part in parts(client) if "pages" in part)
    known = {"If-None-Match": client.get(part).headers["ETag"]}
    assert client.get(part, headers=known).status_code == 304
    write("/company/house", "en")
    assert client.get(part, headers=known).status_code == 200
    assert client.get("/sitemap-pages-2.xml").status_code == 404


def test_a_preview_has_no_address(client):
    assert soup(client.get("/about?preview=en")).select("link[rel=canonical]") == []
