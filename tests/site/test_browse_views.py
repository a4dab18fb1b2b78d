from datetime import timedelta
from urllib.parse import quote

import pytest

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.projects.models import Project
from app.projects.queries import find_project
from app.projects.services import change_status
from app.search.facts import Facts
from app.search.models import Listing
from app.search.services import list_project
from tests.factories import (
    make_account,
    make_index,
    make_project,
    make_release,
    relist_all,
    sign_in,
)
from tests.site.pages import faults, soup

PAGES = (
    "/browse/",
    "/browse/licenses/",
    "/browse/languages/",
    "/browse/classifiers/",
    "/browse/topics/",
    "/browse/keywords/",
    "/browse/people/",
    "/browse/pythons/",
    "/browse/maintainers/",
    "/browse/newest/",
    "/browse/releases/",
)
DJANGO = "Framework :: Django"


def publish(name, *, index="main", **facts):
    """List a project of our own as its metadata would let it be listed."""
    at = facts.pop("at", clock.now())
    index = get_index(index)
    make_release(make_project(name, index=index), facts.get("version", "1.0"), published_at=at)
    facts = {"version": "1.0", "created_at": at, "updated_at": at} | facts
    with transaction():
        list_project(index.id, Facts(name=name, **facts))


def popular(name, popularity):
    listing = db.session.query(Listing).filter_by(normalized_name=name).one()
    listing.popularity = popularity
    db.session.commit()


def names(answer):
    assert answer.status_code == 200
    return [link.text.strip() for link in soup(answer).select(".project-line-name a")]


def labels(answer):
    assert answer.status_code == 200
    lines = soup(answer).select(".label-list li")
    return [" ".join(line.get_text(" ").split()) for line in lines]


def walk(client, address, read, rel="next"):
    """Turn pages as far as they go, and return what each of them lists."""
    pages = []
    while address:
        answer = client.get(address)
        pages.append(read(answer))
        link = soup(answer).select_one(f"a[rel={rel}]")
        address = link and link["href"]
        assert len(pages) < 20
    return pages


@pytest.fixture
def shop(app):
    """Give an index with projects that have this and that in common."""
    publish("cheese", license="MIT", keywords=("food", "milk"), people=("Ada Birkenhain",))
    publish("bread", license="MIT", keywords=("food",), classifiers=(DJANGO,))
    publish("milk", license="Apache-2.0", classifiers=(f"{DJANGO} :: 5.0", DJANGO))
    publish("wine", classifiers=("Programming Language :: Python :: 3.12",))
    popular("bread", 900)


# All pages


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_sound_when_there_is_nothing(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert faults(answer) == []


@pytest.mark.parametrize(
    "address", [*PAGES, "/browse/licenses/MIT/", f"/browse/classifiers/{DJANGO}/"]
)
def test_pages_are_sound_when_there_is_something(client, shop, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert faults(answer) == []


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "~",
        "1~x",
        "9" * 400 + "~x",
        "-1~",
        "1.5~a",
        "0001-01-01T00:00:00+14:00~a",
        "2026-01-01~a",
        "9999-12-31T23:59:59-23:59~a~b",
        "🧀~🧀~🧀",
        "a" * 10_000,
        "'~'--",
    ],
)
def test_a_cursor_that_makes_no_sense_does_no_harm(client, shop, cursor):
    for address in (*PAGES, "/browse/licenses/MIT/"):
        for parameter in ("after", "before"):
            assert client.get(address, query_string={parameter: cursor}).status_code == 200


@pytest.mark.parametrize("address", [*PAGES, "/browse/licenses/MIT/", "/browse/topics/X/"])
def test_other_indexes_have_the_same_pages(client, address):
    publish("inner", index="staging", license="MIT")
    answer = client.get(f"/index/staging{address}")
    assert answer.status_code in {200, 301}


@pytest.mark.parametrize("address", [*PAGES, "/browse/licenses/MIT/"])
def test_pages_of_a_private_index_are_closed_to_strangers(client, shop, address):
    assert client.get(address).status_code == 200
    with transaction():
        change_visibility(get_index(), "members")
    assert client.get(address).status_code == 303


# Overview


def test_browsing_begins_with_what_is_used_most(client, shop):
    assert "MIT 2" in labels(client.get("/browse/"))


def test_the_overview_asks_as_many_questions_however_much_there_is(client, shop, queries):
    def ask():
        queries.clear()
        # With a parameter, so that no page is answered that was made before.
        assert client.get("/browse/?now").status_code == 200
        return len(queries)

    before = ask()
    for number in range(20):
        publish(f"more-{number}", license=f"L{number}", keywords=(f"k{number}",))
    assert ask() == before <= 30


# Labels


def test_labels_are_listed_with_their_counts_the_most_used_first(client, shop):
    assert labels(client.get("/browse/licenses/")) == ["MIT 2", "Apache-2.0 1"]
    assert labels(client.get("/browse/keywords/")) == ["food 2", "milk 1"]


def test_labels_are_listed_by_name(client, shop):
    assert labels(client.get("/browse/licenses/?sort=name")) == ["Apache-2.0 1", "MIT 2"]


def test_the_newest_python_comes_first(client):
    for minor in ("9", "12", "10"):
        publish(f"p{minor}", classifiers=(f"Programming Language :: Python :: 3.{minor}",))
    assert labels(client.get("/browse/pythons/")) == ["3.12 1", "3.10 1", "3.9 1"]


@pytest.mark.parametrize("text", ["apa", "APACHE", "-2."])
def test_labels_are_found_by_a_part_of_them_in_any_case(client, shop, text):
    assert labels(client.get("/browse/licenses/", query_string={"q": text})) == ["Apache-2.0 1"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "🧀", "x" * 10_000, "\u202e"])
def test_a_strange_text_finds_nothing_and_breaks_nothing(client, shop, text):
    answer = client.get("/browse/licenses/", query_string={"q": text})
    assert answer.status_code == 200


def test_what_no_project_has_any_more_is_not_listed(client, shop):
    with transaction():
        list_project(get_index().id, Facts(name="milk", version="1.0"))
    assert labels(client.get("/browse/licenses/")) == ["MIT 2"]
    assert client.get("/browse/licenses/Apache-2.0/").status_code == 404


@pytest.mark.parametrize("sort", ["used", "name"])
def test_labels_are_turned_through_forth_and_back(client, sort):
    with transaction():
        for number in range(120):
            index_id = get_index().id
            list_project(index_id, Facts(name=f"p{number}", keywords=(f"k{number:03}",)))
    address = f"/browse/keywords/?sort={sort}"
    forth = walk(client, address, labels)
    assert [len(page) for page in forth] == [50, 50, 20]
    assert sum(forth, []) == [f"k{number:03} 1" for number in range(120)]
    last = client.get(f"{address}&after=-1~k099" if sort == "used" else f"{address}&after=0~k099")
    back = walk(client, soup(last).select_one("a[rel=prev]")["href"], labels, "prev")
    assert back == [forth[1], forth[0]]


def test_labels_by_name_are_turned_through_when_there_are_many(client, monkeypatch):
    monkeypatch.setattr("app.search.labels._FEW", 10)
    with transaction():
        for number in range(120):
            list_project(get_index().id, Facts(name=f"p{number}", keywords=(f"k{number:03}",)))
    forth = walk(client, "/browse/keywords/?sort=name", labels)
    assert sum(forth, []) == [f"k{number:03} 1" for number in range(120)]
    last = client.get("/browse/keywords/?sort=name&after=0~k099")
    back = walk(client, soup(last).select_one("a[rel=prev]")["href"], labels, "prev")
    assert back == [forth[1], forth[0]]


def test_rare_labels_are_found_by_their_beginning_when_there_are_many(client, monkeypatch):
    monkeypatch.setattr("app.search.labels._SEARCHED", 2)
    for number in range(3):
        publish(f"p{number}", keywords=("much", "more"))
    publish("q", keywords=("rare",))
    answer = client.get("/browse/keywords/?q=RAR")
    assert labels(answer) == ["rare 1"]
    assert "found by how they begin" in answer.text


def test_people_have_the_most_used_list_only_so_far(client, monkeypatch):
    monkeypatch.setattr("app.search.labels.MOST_USED", 2)
    publish("p", people=("A", "B", "C"))
    answer = client.get("/browse/people/")
    assert len(labels(answer)) == 2
    assert "list by name" in answer.text


def test_an_unknown_kind_is_not_found(client):
    assert client.get("/browse/needs/").status_code == 404
    assert client.get("/browse/needs/flask/").status_code == 404


def test_labels_ask_as_many_questions_however_many_there_are(client, shop, queries):
    def ask(address):
        queries.clear()
        assert client.get(address).status_code == 200
        return len(queries)

    addresses = (
        "/browse/licenses/",
        "/browse/licenses/MIT/",
        "/browse/newest/",
        "/browse/releases/",
    )
    before = [ask(address) for address in addresses]
    for number in range(30):
        publish(f"more-{number}", license="MIT", keywords=(f"k{number}",))
    assert [ask(address) for address in addresses] == before
    assert max(before) <= 8


# One label


def test_the_projects_with_a_label_are_listed_most_popular_first(client, shop):
    answer = client.get("/browse/licenses/MIT/")
    assert names(answer) == ["bread", "cheese"]
    assert "2 projects" in answer.text


def test_the_projects_with_a_label_are_sorted_by_name_and_by_news(client, shop):
    now = clock.now()
    publish("zest", license="MIT", at=now - timedelta(days=3))
    publish("apple", license="MIT", at=now - timedelta(days=2))
    assert names(client.get("/browse/licenses/MIT/?sort=name"))[0] == "apple"
    assert names(client.get("/browse/licenses/MIT/?sort=newest"))[-2:] == ["apple", "zest"]
    assert names(client.get("/browse/licenses/MIT/?sort=nonsense"))[0] == "bread"


@pytest.mark.parametrize("sort", ["popular", "newest", "name"])
@pytest.mark.parametrize(("few", "reach"), [(10_000, 30_000), (0, 30_000), (0, 7)])
def test_the_projects_with_a_label_are_turned_through(client, monkeypatch, sort, few, reach):
    monkeypatch.setattr("app.search.browsing._FEW", few)
    monkeypatch.setattr("app.search.browsing._REACH", reach)
    now = clock.now()
    with transaction():
        for number in range(240):
            facts = {"license": "MIT" if number % 2 else "BSD", "version": "1"}
            at = now - timedelta(minutes=number)
            made = Facts(name=f"p{number:03}", updated_at=at, created_at=at, **facts)
            list_project(get_index().id, made)
    with transaction():
        for number in range(240):
            make_project_quietly(f"p{number:03}")
    address = f"/browse/licenses/MIT/?sort={sort}"
    forth = walk(client, address, names)
    assert [len(page) for page in forth] == [50, 50, 20]
    assert sum(forth, []) == [f"p{number:03}" for number in range(1, 240, 2)]
    last = client.get(address)
    for _ in range(2):
        last = client.get(soup(last).select_one("a[rel=next]")["href"])
    assert names(last) == forth[2]
    back = walk(client, soup(last).select_one("a[rel=prev]")["href"], names, "prev")
    assert back == [forth[1], forth[0]]


def make_project_quietly(name):
    index_id = get_index().id
    at = clock.now()
    db.session.add(
        Project(index_id=index_id, name=name, normalized_name=name, created_at=at, updated_at=at)
    )


@pytest.mark.parametrize(
    "value",
    [
        "WWW/HTTP",
        "100%",
        "a b",
        "a?b#c",
        "<script>alert(1)</script>",
        "Grün",
        "\u202eevil",
        "%2e%2e",
        "a&b",
        '"',
    ],
)
def test_the_texts_of_strangers_have_pages(client, value):
    publish("odd", license=value)
    link = soup(client.get("/browse/licenses/")).select_one(".label-list a")
    answer = client.get(link["href"])
    assert names(answer) == ["odd"]
    assert soup(answer).h1.text == value
    assert faults(answer) == []


@pytest.mark.parametrize("value", ["a//b", "../x", ".", "/"])
def test_what_no_address_can_carry_is_listed_without_a_link(client, value):
    publish("odd", license=value)
    page = soup(client.get("/browse/licenses/"))
    assert page.select(".label-list a") == []
    assert faults(client.get("/browse/licenses/")) == []


@pytest.mark.parametrize("value", ["GPL", "mit", "M%25T", "x" * 401, "%00", "MIT%00", "a/b/c/d"])
def test_a_label_that_nothing_has_is_not_found(client, shop, value):
    assert client.get(f"/browse/licenses/{value}/").status_code == 404


def test_projects_that_are_stopped_leave_their_labels(client, shop):
    project = find_project(get_index().id, "milk")
    with transaction():
        change_status(Actor(is_admin=True), project.id, "quarantined")
    assert client.get("/browse/licenses/Apache-2.0/").status_code == 404
    assert labels(client.get("/browse/licenses/")) == ["MIT 2"]


# Classifiers


def test_classifiers_are_a_tree_with_counts_and_sums(client, shop):
    page = soup(client.get("/browse/classifiers/"))
    branch = page.select_one("details > summary")
    assert " ".join(branch.get_text(" ").split()) == "Framework 3"
    django = page.select("details details > summary")[0]
    assert " ".join(django.get_text(" ").split()) == "Django 3"
    leaves = [" ".join(leaf.get_text(" ").split()) for leaf in page.select(".tree-leaf")]
    assert "Django itself 2" in leaves
    assert "5.0 1" in leaves


def test_topics_are_the_classifiers_below_that_branch(client):
    publish("web", classifiers=("Topic :: Internet :: WWW/HTTP", DJANGO))
    page = soup(client.get("/browse/topics/"))
    assert "Internet" in page.main.text
    assert "Django" not in page.main.text
    moved = client.get("/browse/topics/Internet :: WWW/HTTP/")
    assert moved.status_code == 301
    assert names(client.get(moved.location)) == ["web"]


def test_a_classifier_leads_to_those_below(client, shop):
    assert labels(client.get(f"/browse/classifiers/{quote(DJANGO)}/")) == ["5.0 1"]


def test_a_valid_classifier_that_nobody_carries_has_a_page_without_projects(client):
    answer = client.get(f"/browse/classifiers/{quote(DJANGO)}/")
    assert names(answer) == []
    assert client.get("/browse/classifiers/Framework/").status_code == 404


def test_the_list_of_all_classifiers_leads_to_their_pages(client, shop):
    link = soup(client.get("/classifiers/")).find("a", string=DJANGO)
    assert names(client.get(link["href"])) == ["bread", "milk"]


def test_a_deep_classifier_stays_a_small_tree(client):
    publish("deep", classifiers=(" :: ".join("abcdefghijklmnopqrstuvwxyz"),))
    answer = client.get("/browse/classifiers/")
    assert len(soup(answer).select("details")) < 10
    assert faults(answer) == []


# What is new


def test_the_newest_projects_come_first(client):
    now = clock.now()
    publish("older", at=now - timedelta(days=2))
    publish("newer", at=now - timedelta(days=1))
    assert names(client.get("/browse/newest/")) == ["newer", "older"]


def test_the_newest_releases_come_first_and_each_of_them(client):
    now = clock.now()
    project = make_project("cheese")
    for hours, version in ((3, "1.0"), (2, "2.0"), (1, "1.1")):
        make_release(project, version, published_at=now - timedelta(hours=hours))
    make_release(project, "3.0", yanked="bad")
    relist_all()
    lines = soup(client.get("/browse/releases/")).select(".project-line-name .version")
    assert [line.text for line in lines] == ["1.1", "2.0", "1.0"]


def test_releases_are_turned_through_forth_and_back(client):
    now = clock.now()
    project = make_project("cheese")
    for number in range(120):
        # Some came at the same moment.
        make_release(project, f"1.{number}", published_at=now - timedelta(hours=number // 3))
    relist_all()

    def versions(answer):
        return [tag.text for tag in soup(answer).select(".project-line-name .version")]

    forth = walk(client, "/browse/releases/", versions)
    assert [len(page) for page in forth] == [50, 50, 20]
    assert len(set(sum(forth, []))) == 120
    last = client.get("/browse/releases/")
    for _ in range(2):
        last = client.get(soup(last).select_one("a[rel=next]")["href"])
    back = walk(client, soup(last).select_one("a[rel=prev]")["href"], versions, "prev")
    assert back == [forth[1], forth[0]]


# Maintainers


def test_maintainers_are_listed_with_their_projects(client):
    ada, bea = make_account("ada", name="Ada Birkenhain"), make_account("Bea")
    make_account("nobody")
    for name in ("a", "b"):
        make_release(make_project(name, owner=ada))
    make_release(make_project("c", owner=bea))
    assert labels(client.get("/browse/maintainers/")) == ["ada Ada Birkenhain 2", "Bea 1"]
    assert labels(client.get("/browse/maintainers/?q=BE")) == ["Bea 1"]


def test_maintainers_are_turned_through(client):
    for number in range(60):
        make_project(f"p{number}", owner=make_account(f"user{number:02}"))
    forth = walk(client, "/browse/maintainers/", labels)
    assert [len(page) for page in forth] == [50, 10]
    last = client.get("/browse/maintainers/?after=user49")
    back = walk(client, soup(last).select_one("a[rel=prev]")["href"], labels, "prev")
    assert back == [forth[0]]


def test_who_closed_their_account_is_not_listed(client):
    gone = make_account("gone", is_active=False)
    make_project("a", owner=gone)
    assert labels(client.get("/browse/maintainers/")) == []


# Nothing private


def test_what_only_a_private_index_has_is_nowhere(client):
    make_index("secret", visibility="members")
    secret = make_account("secretive")
    make_release(make_project("hush-tool", index=get_index("secret"), owner=secret))
    with transaction():
        facts = Facts(
            name="hush-tool",
            version="6.6.6",
            license="HushLicense",
            keywords=("hushword",),
            people=("Hush Person",),
            classifiers=("Topic :: Hush", "Programming Language :: Hush"),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        list_project(get_index("secret").id, facts)
    for address in PAGES:
        assert "hush" not in client.get(address).text.lower(), address
        assert "secretive" not in client.get(address).text, address
    for value in ("licenses/HushLicense", "keywords/hushword", "people/Hush Person"):
        assert client.get(f"/browse/{value}/").status_code == 404
    assert "Hush" not in client.get("/browse/licenses/?q=hush").text.replace("hush", "")
    assert client.get("/index/secret/browse/").status_code in {303, 403, 404}


def test_counts_leave_out_what_other_indexes_have(client, shop):
    make_index("secret", visibility="members")
    publish("hidden", index="secret", license="MIT")
    assert labels(client.get("/browse/licenses/"))[0] == "MIT 2"
    assert "2 projects" in client.get("/browse/licenses/MIT/").text


def test_the_private_index_shows_it_to_its_members(client):
    make_index("secret", visibility="members")
    publish("hidden", index="secret", license="MIT")
    sign_in(client, make_account("root", is_admin=True))
    assert names(client.get("/index/secret/browse/licenses/MIT/")) == ["hidden"]
