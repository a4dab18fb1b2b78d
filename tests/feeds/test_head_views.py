import pytest

from app.feeds.fixed_map import fixed_section
from app.feeds.head_views import canonical_url, language_links
from app.wiring import MAPPED
from tests.factories import make_index
from tests.feeds.publishing import publish
from tests.site.pages import faults, soup


def head_of(client, address, **options):
    answer = client.get(address, **options)
    assert faults(answer) == []
    return soup(answer).head


def feeds_of(head):
    return [tag["href"] for tag in head.select("link[rel=alternate][type]")]


def canonical(head):
    return [tag["href"] for tag in head.select("link[rel=canonical]")]


def test_pages_name_the_feeds_of_the_site(client):
    publish()
    found = feeds_of(head_of(client, "/about"))
    assert set(found) == {
        f"/{form}/{kind}.xml" for form in ("rss", "atom") for kind in ("updates", "packages")
    }
    assert all(client.get(feed).status_code == 200 for feed in found)


@pytest.mark.parametrize("address", ["/project/weftline/", "/project/weftline/1.0/"])
def test_the_page_of_a_project_names_its_feeds(client, address):
    publish()
    found = feeds_of(head_of(client, address))
    assert set(found) == {f"/{form}/project/weftline/releases.xml" for form in ("rss", "atom")}
    assert all(client.get(feed).status_code == 200 for feed in found)


def test_the_page_of_a_project_in_another_index_names_its_feeds_there(client):
    publish(index=make_index("team"))
    found = feeds_of(head_of(client, "/index/team/project/weftline/"))
    assert "/index/team/rss/project/weftline/releases.xml" in found
    assert all(client.get(feed).status_code == 200 for feed in found)


def test_feeds_are_named_in_the_language_of_the_page(client):
    assert "/rss/updates.xml?lang=de" in feeds_of(head_of(client, "/about?lang=de"))


@pytest.mark.parametrize("address", ["/?x=1", "/search", "/search?q=a", "/account/login"])
def test_what_is_not_on_the_map_has_no_address_of_its_own(client, address):
    head = head_of(client, address)
    assert canonical(head) == []
    assert head.select("link[hreflang]") == []


def test_what_is_not_there_has_no_address(client):
    for address in ("/project/nothing/", "/user/nobody/"):
        head = head_of(client, address)
        assert canonical(head) == []
        assert head.select("link[hreflang]") == []


def test_all_views_of_a_project_have_one_address(client):
    publish("Weft_Line")
    for address in ("", "1.0/", "?tab=files", "1.0/?tab=history"):
        head = head_of(client, f"/project/weft-line/{address}")
        assert canonical(head) == ["http://localhost/project/weft-line/"]


@pytest.mark.parametrize("view", ["", "?sort=name", "?after=nonsense"])
def test_all_views_of_a_label_have_one_address_as_links_write_it(client, view):
    publish(keywords="c++")
    url = "http://localhost/browse/keywords/c%2B%2B/"
    head = head_of(client, f"/browse/keywords/c++/{view}")
    assert canonical(head) == [url]
    assert {tag["hreflang"]: tag["href"] for tag in head.select("link[hreflang]")} == {
        "en": f"{url}?lang=en",
        "de": f"{url}?lang=de",
        "x-default": url,
    }
    in_german = head_of(client, "/browse/keywords/c++/?lang=de")
    assert canonical(in_german) == [f"{url}?lang=de"]


def test_later_pages_of_a_label_have_no_address(client):
    publish("aa", keywords="wheel")
    publish("bb", keywords="wheel")
    head = head_of(client, "/browse/keywords/wheel/?sort=name&after=aa")
    assert canonical(head) == []
    assert head.select("link[hreflang]") == []


def test_labels_of_other_indexes_are_in_no_list_of_languages(client):
    publish(index=make_index("team"), keywords="wheel")
    head = head_of(client, "/index/team/browse/keywords/wheel/")
    assert canonical(head) == ["http://localhost/index/team/browse/keywords/wheel/"]
    assert head.select("link[hreflang]") == []


def test_what_an_index_has_in_numbers_and_in_common_is_on_the_map(client):
    kinds = ("licenses", "languages", "keywords", "people", "pythons", "classifiers", "topics")
    mapped = client.get("/sitemap-site-1.xml").text
    for path in ("stats/", "browse/", *(f"browse/{kind}/" for kind in kinds)):
        assert f"<loc>http://localhost/{path}</loc>" in mapped


def test_an_unknown_language_is_none_of_a_page(client):
    head = head_of(client, "/about?lang=xx")
    assert canonical(head) == ["http://localhost/about"]


def test_pages_of_other_indexes_are_in_no_list_of_languages(client):
    publish(index=make_index("team"))
    head = head_of(client, "/index/team/project/weftline/")
    assert head.select("link[hreflang]") == []


def test_a_page_at_no_endpoint_names_its_path_and_languages(app):
    with app.test_request_context("/company/history?lang=de", base_url="http://localhost/python"):
        url = "http://localhost/python/company/history"
        assert canonical_url("/company/history") == f"{url}?lang=de"
        assert canonical_url("/company/history", ["en"]) == url
        assert language_links("/company/history", ["en"]) == []
        assert dict(language_links("/company/history")) == {
            "en": f"{url}?lang=en",
            "de": f"{url}?lang=de",
            "x-default": url,
        }


def test_the_pages_that_every_site_has_are_there(app):
    assert {endpoint for endpoint, _values in MAPPED} <= app.view_functions.keys()


def test_pages_of_what_the_application_lacks_are_left_out(app):
    section = fixed_section("some", [("site.home", {}), ("site.nothing", {})])
    with app.test_request_context("/"):
        assert [address.url for address in section.addresses(1)] == ["http://localhost/"]
