from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import SerialCounter
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.journal.models import Entry
from app.projects.services import change_status
from app.search.facts import Facts
from app.search.models import Listing
from app.search.services import list_project
from app.site.page_cache import PageCache
from tests.factories import (
    make_account,
    make_file,
    make_index,
    make_project,
    make_release,
    relist_all,
    sign_in,
)
from tests.site.pages import faults, soup

ADMIN = Actor(is_admin=True)


def section(answer, name):
    found = soup(answer).select(f"section[aria-labelledby={name}] .project-line-name a")
    return [link.text.strip() for link in found]


@pytest.fixture
def cellar(app):
    """Give a project with a stable release, an older one and a pre-release."""
    project = make_project("Cheese.Cellar", owner=make_account("ada", name="Ada Birkenhain"))
    for version in ("1.0", "1.10", "2.0rc1"):
        make_file(make_release(project, version, summary="Counts wheels"))
    relist_all()
    return project


def test_home_shows_the_newest_releases_first(client):
    for days, name in ((3, "older"), (1, "newer")):
        at = clock.now() - timedelta(days=days)
        make_release(make_project(name), published_at=at)
    relist_all()
    answer = client.get("/")
    assert section(answer, "newest") == ["newer", "older"]
    assert section(answer, "new-projects") == ["newer", "older"]
    assert faults(answer) == []


def test_home_shows_the_newest_release_of_each_project_alone(client, cellar):
    assert section(client.get("/"), "newest") == ["Cheese.Cellar"]
    link = soup(client.get("/")).select_one("section[aria-labelledby=newest] .project-line-name a")
    assert link["href"] == "/project/cheese-cellar/2.0rc1/"


def test_home_counts_what_is_there(client, cellar):
    counters = [tag.text.strip() for tag in soup(client.get("/")).select(".counters dd")]
    assert counters == ["1", "3", "3"]


def test_home_counts_nothing_of_what_the_index_does_not_show(client, cellar):
    make_index("secret", visibility="members")
    make_file(make_release(make_project("hush", index=get_index("secret"))))
    relist_all()
    answer = client.get("/")
    assert [tag.text.strip() for tag in soup(answer).select(".counters dd")] == ["1", "3", "3"]
    assert "hush" not in answer.text


def test_home_of_an_empty_index_tells_how_to_begin(client):
    answer = client.get("/")
    assert "Nothing has been published yet" in answer.text
    assert faults(answer) == []


def test_home_leaves_out_what_is_yanked_removed_or_in_quarantine(client):
    make_release(make_project("taken-back"), "1.0")
    make_release(make_project("taken-back-since"), yanked="bad")
    gone, stopped = make_project("deleted"), make_project("stopped")
    make_release(gone)
    gone.removed_at = clock.now()
    make_release(stopped)
    stopped.status = "quarantined"
    db.session.commit()
    relist_all()
    assert section(client.get("/"), "newest") == ["taken-back"]
    assert not any(name in client.get("/").text for name in ("deleted", "stopped"))


def test_home_shows_what_is_used_most_once_that_is_known(client, cellar):
    assert 'id="popular"' not in client.get("/").text
    listing = db.session.query(Listing).one()
    listing.popularity = 5
    db.session.commit()
    assert section(client.get("/?now"), "popular") == ["Cheese.Cellar"]


def test_home_leads_to_topics(client, cellar):
    with transaction():
        facts = Facts(name="Cheese.Cellar", classifiers=("Topic :: Utilities",))
        list_project(get_index().id, facts)
    link = soup(client.get("/?now")).find("a", string="Utilities")
    assert client.get(link["href"]).status_code == 200


def test_home_asks_as_many_questions_however_much_there_is(client, cellar, queries):
    def ask():
        queries.clear()
        assert client.get("/?now").status_code == 200
        return len(queries)

    before = ask()
    for number in range(30):
        make_file(make_release(make_project(f"p{number}")))
    relist_all()
    assert ask() == before <= 20


def test_home_known_already_costs_one_small_question(client, cellar, queries):
    client.get("/")
    queries.clear()
    client.get("/")
    assert len(queries) <= 2
    assert any("serial_counter" in statement for statement in queries)


# The cache of pages


def test_a_page_that_is_known_is_the_same_as_the_first(client, cellar):
    first, second = client.get("/"), client.get("/")
    assert first.data == second.data
    assert first.headers["Content-Security-Policy"] == second.headers["Content-Security-Policy"]
    assert set(map(str.lower, second.vary)) == {"accept-language", "cookie"}
    assert second.mimetype == "text/html"
    assert "Set-Cookie" not in second.headers


def test_a_change_is_seen_by_the_next_reader(client, cellar):
    assert "Cheese.Cellar" in client.get("/").text
    with transaction():
        change_status(ADMIN, cellar.id, "quarantined")
    assert "Cheese.Cellar" not in client.get("/").text


def test_a_change_by_another_process_is_seen_by_the_next_reader(client, cellar):
    client.get("/")
    # Only the database knows of it.
    db.session.execute(sa.update(SerialCounter).values(value=SerialCounter.value + 1))
    db.session.execute(sa.update(Listing).values(name="Other"))
    db.session.commit()
    assert section(client.get("/"), "new-projects") == ["Other"]


def test_whatever_the_journal_knows_makes_pages_anew(client, cellar):
    client.get("/")
    db.session.execute(sa.update(Listing).values(name="Other"))
    db.session.add(Entry(at=clock.now(), tag="something-changed"))
    db.session.commit()
    assert section(client.get("/"), "new-projects") == ["Other"]


def test_a_page_is_kept_for_a_minute_only(client, cellar, now):
    begin = now(clock.now())
    client.get("/")
    db.session.execute(sa.update(Listing).values(name="Other"))
    db.session.commit()
    assert section(client.get("/"), "new-projects") == ["Cheese.Cellar"]
    now(begin + timedelta(seconds=61))
    assert section(client.get("/"), "new-projects") == ["Other"]


def test_readers_get_the_page_in_their_own_language_and_colours(client, cellar):
    english = client.get("/")
    german = client.get("/", headers={"Accept-Language": "de"})
    assert soup(english).html["lang"] == "en"
    assert soup(german).html["lang"] == "de"
    client.set_cookie("theme", "dark")
    assert soup(client.get("/")).html["data-bs-theme"] == "dark"
    client.set_cookie("theme", "nonsense")
    assert soup(client.get("/")).html["data-bs-theme"] == "auto"


def test_who_comes_by_another_name_of_the_host_gets_its_addresses(client, cellar):
    client.get("/")
    assert "packages.example" in client.get("/", base_url="https://packages.example").text


def test_who_is_logged_in_gets_a_page_of_their_own(client, app, cellar):
    client.get("/")
    member = sign_in(app.test_client(), make_account("bea"))
    assert "bea" in member.get("/").text
    assert "bea" not in client.get("/").text


def test_a_message_is_for_the_one_who_gets_it(client, app, cellar):
    client.get("/")
    told = app.test_client()
    with told.session_transaction() as session:
        session["_flashes"] = [("success", "Only for you.")]
    assert "Only for you." in told.get("/").text
    assert "Only for you." not in client.get("/").text


def test_no_token_of_a_form_is_kept(client, cellar):
    assert "csrf_token" not in client.get("/").text


def test_what_somebody_may_read_is_not_shown_to_a_stranger(client, app, cellar):
    member = sign_in(app.test_client(), make_account("root", is_admin=True))
    with transaction():
        change_visibility(get_index(), "members")
    assert member.get("/").status_code == 200
    for address in ("/", "/browse/", "/browse/classifiers/"):
        assert client.get(address).status_code == 303


def test_closing_an_index_closes_pages_that_are_known(client, cellar):
    assert client.get("/").status_code == 200
    with transaction():
        change_visibility(get_index(), "signed-in")
    assert client.get("/").status_code == 303


def test_the_cache_holds_no_more_than_so_many_pages(app):
    cache = PageCache(most=2)
    for key in "abc":
        cache.keep(key, key.encode())
    assert [cache.find(key) for key in "abc"] == [None, b"b", b"c"]


def test_what_is_asked_for_is_kept_longest(app):
    cache = PageCache(most=2)
    cache.keep("a", b"a")
    cache.keep("b", b"b")
    cache.find("a")
    cache.keep("c", b"c")
    assert [cache.find(key) for key in "abc"] == [b"a", None, b"c"]


def test_an_address_with_a_query_is_not_kept(app, client, cellar):
    client.get("/?x=1")
    assert len(app.extensions["page_cache"]._pages) == 0
