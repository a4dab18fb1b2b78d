import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.search.models import Listing
from tests.factories import make_index, make_project, make_release, relist_all
from tests.site.pages import faults, soup


@pytest.fixture
def ranked(app):
    """Give an index with projects whose popularity is known: c before a before b."""
    for name in ("a", "b", "c", "popular"):
        make_release(make_project(name))
    relist_all()
    for place, name in enumerate(("c", "a", "b", "popular")):
        weigh(name, 1000 - place, downloads=10 * (3 - place))


def weigh(name, popularity, **facts):
    db.session.query(Listing).filter_by(normalized_name=name).update(
        {"popularity": popularity, **facts}
    )
    db.session.commit()


def shown(answer):
    return [link.text for link in soup(answer).select(".project-line-name a")]


@pytest.mark.parametrize("address", ["/popular", "/project/popular"])
def test_popular_projects_are_listed_in_order(client, ranked, address):
    answer = client.get(address)
    assert shown(answer) == ["c", "a", "b", "popular"]
    assert soup(answer).find("link", rel="canonical")["href"].endswith("/popular")
    assert not faults(answer)


def test_a_project_named_popular_stays_reachable(client, ranked):
    answer = client.get("/project/popular/")
    assert answer.status_code == 200
    assert soup(answer).h1.text.split()[0] == "popular"


@pytest.mark.parametrize(("place", "name"), [(1, "c"), (2, "a"), (4, "popular")])
def test_a_place_leads_to_its_project(client, ranked, place, name):
    answer = client.get(f"/{place}")
    assert (answer.status_code, answer.location) == (302, f"/project/{name}/")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("place", ["0", "5", "5001", "9" * 30])
def test_beyond_the_end_there_is_nobody(client, ranked, place):
    answer = client.get(f"/{place}")
    assert answer.status_code == 404
    assert f"no project at place {place}" in answer.text


@pytest.mark.parametrize("number", ["0", "2", "-1", str(10**9), str(10**30)])
def test_there_is_no_such_page(client, ranked, number):
    assert client.get(f"/popular?page={number}").status_code == 404


def test_an_odd_page_number_is_the_first_page(client, ranked):
    assert len(shown(client.get("/popular?page=x"))) == 4


def test_without_projects_the_page_says_so(client):
    answer = client.get("/popular")
    assert answer.status_code == 200
    assert "no projects yet" in answer.text
    assert client.get("/1").status_code == 404


def test_before_there_are_downloads_ranks_decide(client, app):
    index = get_index("pypi")
    with transaction() as session:
        for name, popularity in (("late", 10), ("early", 900), ("unknown", 0)):
            facts = {"index_id": index.id, "name": name, "normalized_name": name}
            session.add(Listing(popularity=popularity, **facts))
        index.upstream_url = "https://example.com/simple/"
    db.session.commit()
    assert shown(client.get("/popular")) == ["early", "late", "unknown"]
    assert client.get("/1").location == "/project/early/"


def test_pages_can_be_turned(client, app):
    for number in range(53):
        make_release(make_project(f"p{number:02}"))
    relist_all()
    first, second = client.get("/popular"), client.get("/popular?page=2")
    assert len(shown(first)) == 50
    assert shown(second) == ["p50", "p51", "p52"]
    assert soup(second).find("ol", start="51") is not None
    assert client.get("/51").location == "/project/p50/"


def test_what_is_in_quarantine_is_nowhere(client, ranked):
    with transaction() as session:
        session.merge(make_project("hidden")).status = "quarantined"
    relist_all()
    assert "hidden" not in shown(client.get("/popular"))


def test_a_private_index_is_not_listed_by_strangers(client, ranked):
    index = make_index("secret", visibility="members")
    make_release(make_project("plan", index=index))
    relist_all()
    weigh("plan", 999_999)
    assert shown(client.get("/popular"))[0] == "c"
    assert client.get("/index/secret/popular").status_code in {303, 401}
    assert client.get("/index/secret/1").status_code in {303, 401}


def test_a_closed_main_index_shows_nothing(client, ranked):
    with transaction():
        change_visibility(get_index(), "members")
    for address in ("/popular", "/1", "/popular?format=json"):
        answer = client.get(address)
        assert answer.status_code in {303, 401}
        assert "project/c" not in answer.text


def test_programs_get_json(client, ranked):
    told = client.get("/popular?format=json").json
    assert told["results"][0] == {
        "place": 1,
        "name": "c",
        "version": "1.0",
        "summary": told["results"][0]["summary"],
        "downloads": 30,
        "url": "http://localhost/project/c/",
    }


def test_the_number_of_rows_costs_no_queries(client, ranked, queries):
    def count():
        queries.clear()
        client.get("/popular?page=1")
        return len(queries)

    before = count()
    for number in range(30):
        make_release(make_project(f"p{number:02}"))
    relist_all()
    assert count() == before


@pytest.mark.parametrize(
    ("address", "status"),
    [("popular", 200), ("popular?format=json", 200), ("stats/", 200), ("1", 404)],
)
def test_a_mirror_that_is_off_has_nothing_popular(client, address, status):
    make_release(make_project("own-thing"))
    relist_all()
    answer = client.get(f"/index/pypi/{address}")
    assert answer.status_code == status
    assert "own-thing" not in answer.text
