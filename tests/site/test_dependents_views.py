import pytest

from app.indexes.queries import get_index
from tests.factories import make_index, make_project, make_release, relist_all
from tests.search.test_dependents import known, mirror_is_on, own
from tests.site.pages import faults, soup
from tests.site.test_views import close

__all__ = ["mirror_is_on"]


def names(answer):
    return [tag.text.strip() for tag in soup(answer).select(".project-line-name a")]


@pytest.fixture
def crowd(mirror_is_on):
    make_release(make_project("six"))
    for number in range(101):
        known(f"p{number:03}", "six")
    relist_all()


def test_all_dependents_are_listed_in_pages(client, crowd):
    address, seen, pages = "/project/six/dependents/", [], 0
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        assert faults(answer) == []
        seen += names(answer)
        pages += 1
        link = soup(answer).find("a", rel="next")
        address = link and link["href"]
    assert (len(seen), len(set(seen)), pages) == (101, 101, 3)


def test_the_number_of_all_is_told(client, crowd):
    assert "101 projects of this index need it" in " ".join(
        soup(client.get("/project/six/dependents/")).main.text.split()
    )


def test_a_project_that_nobody_needs_says_so(client):
    make_release(make_project("six"))
    assert "No project of this index needs it" in client.get("/project/six/dependents/").text


def test_another_spelling_leads_to_the_one_address(client):
    make_release(make_project("Six.Seven"))
    answer = client.get("/project/Six_Seven/dependents/")
    assert (answer.status_code, answer.location) == (301, "/project/six-seven/dependents/")


def test_what_is_not_there_has_no_page(client, app):
    assert client.get("/project/nobody/dependents/").status_code == 404
    assert client.get("/index/nothing/project/six/dependents/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "after=p",
        "after=p&below=-1",
        "after=p&below=x",
        "after=p&below=99999999999999999999999",
        "below=1&after=" + "x" * 10_000,
    ],
)
def test_a_place_that_is_none_is_not_found(client, crowd, query):
    assert client.get(f"/project/six/dependents/?{query}").status_code == 404


@pytest.mark.parametrize("name", ["%25", "'; drop table listing; --", "\u202e", "🧀"])
def test_hostile_places_list_what_stands_behind_them(client, crowd, name):
    answer = client.get("/project/six/dependents/", query_string={"below": 5, "after": name})
    assert answer.status_code == 200


def test_strangers_are_not_shown_the_list_of_a_closed_index(client, crowd):
    close("members")
    assert client.get("/project/six/dependents/").status_code == 303


def test_each_index_lists_its_own(client, app):
    secret = make_index("secret")
    make_release(make_project("six", index=secret))
    own("hidden", "six", index=get_index("secret"))
    relist_all()
    assert names(client.get("/index/secret/project/six/dependents/")) == ["hidden"]


def test_a_page_of_many_asks_no_more_than_one_of_few(client, crowd, queries):
    make_release(make_project("seven"))
    known("lonely", "seven")
    relist_all()

    def count(name):
        queries.clear()
        client.get(f"/project/{name}/dependents/")
        return len(queries)

    count("six")
    assert count("six") == count("seven") <= 8
