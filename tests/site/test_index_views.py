import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.bases import change_bases
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, grant
from app.search.models import Listing
from app.site.origins import PAGE_SIZE
from tests.factories import make_account, make_index, make_project, sign_in
from tests.site.pages import faults, soup


@pytest.fixture
def team(app):
    """Give an index before `main`, with a project in each."""
    index = make_index("team", bases=["main"])
    make_project("Own.Thing", index=index)
    make_project("shared", index=index)
    make_project("shared")
    make_project("based")
    return index


def rows(answer):
    return [" ".join(row.get_text(" ").split()) for row in soup(answer).select("tbody tr")]


def close(slug, visibility="members"):
    with transaction():
        change_visibility(get_index(slug), visibility)
    db.session.commit()


def listed(client):
    links = soup(client.get("/indexes/")).select(".project-line-name a")
    return [link["href"].split("/")[2] for link in links]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("path", ["/indexes/", "/index/team/", "/index/pypi/", "/index/main/?q=x"])
def test_pages_are_well_formed(client, team, path, language):
    client.set_cookie("locale", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert faults(answer) == []


def test_every_name_is_told_with_where_it_comes_from(client, team):
    assert rows(client.get("/index/team/")) == [
        "based published in main",
        "Own.Thing published here",
        "shared published here",
    ]


def test_indexes_are_shown_in_the_order_in_which_names_are_looked_for(client, app, monkeypatch):
    make_index("corp", kind="mirror")
    make_index("team", bases=["corp", "main"])
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://u:p@packages.example.com/"})
    items = [
        " ".join(item.text.split())
        for item in soup(client.get("/index/team/")).select(".looked li")
    ]
    assert items == [
        "team Hosted · takes uploads",
        "main Hosted · takes uploads",
        "corp Mirror · switched off: it has no upstream",
        "pypi Mirror · copies packages.example.com",
    ]


def test_addresses_are_those_of_this_very_server(client, team):
    page = client.get("/index/team/", base_url="https://packages.example.org/python").text
    assert "https://packages.example.org/python/index/team/simple/" in page
    assert "https://packages.example.org/python/index/team/legacy/" in page
    main = client.get("/index/main/", base_url="https://packages.example.org/python").text
    assert "https://packages.example.org/python/simple/" in main


def test_nobody_uploads_to_a_mirror(client):
    assert "/legacy/" not in client.get("/index/pypi/").text


def test_names_lead_to_their_projects_in_the_same_index(client, team):
    links = [
        soup(client.get(f"/index/{slug}/?q=based")).select_one("tbody a")["href"]
        for slug in ("main", "team")
    ]
    assert links == ["/project/based/", "/index/team/project/based/"]


def test_names_are_filtered_by_how_they_begin(client, team):
    for text, found in (("OWN_", ["Own.Thing"]), ("sh", ["shared"]), ("hing", []), ("%00", [])):
        lines = rows(client.get(f"/index/team/?q={text}"))
        assert [line.split()[0] for line in lines] == found


@pytest.mark.parametrize("begin", ["%25", "ä", "~", "zzz", "x" * 5000])
def test_a_beginning_that_is_none_finds_nothing(client, team, begin):
    answer = client.get(f"/index/team/?from={begin}")
    assert answer.status_code == 200
    assert rows(answer) == []


def test_names_are_shown_by_the_hundred(client):
    for number in range(PAGE_SIZE + 2):
        make_project(f"p{number:03}")
    first = client.get("/index/main/")
    assert len(rows(first)) == PAGE_SIZE
    onward = soup(first).select_one(".pages a")
    second = client.get(onward["href"])
    assert [row.split()[0] for row in rows(second)] == ["p100", "p101"]
    assert [link.get("rel") for link in soup(second).select(".pages a")] == [None]


def test_the_filter_is_kept_on_the_way(client):
    for number in range(PAGE_SIZE + 1):
        make_project(f"p{number:03}")
    make_project("zebra")
    onward = soup(client.get("/index/main/?q=P")).select_one(".pages a")["href"]
    assert [row.split()[0] for row in rows(client.get(onward))] == ["p100"]


def test_a_page_of_names_asks_the_same_for_one_and_for_many(client, queries):
    make_project("p")
    client.get("/index/main/")
    queries.clear()
    client.get("/index/main/")
    few = len(queries)
    for number in range(PAGE_SIZE + 5):
        make_project(f"p{number}")
    queries.clear()
    client.get("/index/main/")
    assert len(queries) == few <= 6


def test_the_list_asks_the_same_for_one_and_for_many(client, queries):
    client.get("/indexes/")
    queries.clear()
    client.get("/indexes/")
    few = len(queries)
    for number in range(8):
        make_index(f"i{number}", bases=["main"])
    queries.clear()
    client.get("/indexes/")
    assert len(queries) == few <= 6


def test_removed_names_are_not_listed(client, team):
    make_project("gone", index=team).removed_at = clock.now()
    db.session.commit()
    assert "gone" not in client.get("/index/team/").text


def test_each_sees_the_indexes_that_they_may_read(app, client, team):
    close("team")
    close("staging", "signed-in")
    member = make_account()
    grant(get_index("team").id, member.id, "read")
    db.session.commit()
    seen = {
        "nobody": listed(client),
        "unconfirmed": listed(sign_in(app.test_client(), make_account(confirmed=False))),
        "somebody": listed(sign_in(app.test_client(), make_account())),
        "member": listed(sign_in(app.test_client(), member)),
        "boss": listed(sign_in(app.test_client(), make_account(is_admin=True))),
    }
    assert seen == {
        "nobody": ["main", "pypi"],
        "unconfirmed": ["main", "pypi"],
        "somebody": ["main", "pypi", "staging"],
        "member": ["main", "pypi", "staging", "team"],
        "boss": ["main", "pypi", "staging", "team"],
    }


def test_the_main_index_comes_first_and_the_others_by_slug(client):
    make_index("attic")
    assert listed(client) == ["main", "attic", "pypi", "staging"]


def test_an_index_is_said_to_be_as_open_as_the_narrowest_of_its_bases(app, client):
    close("pypi")
    boss = sign_in(app.test_client(), make_account(is_admin=True))
    for path in ("/indexes/", "/index/staging/"):
        assert "Members" in boss.get(path).text


def test_an_index_with_a_closed_base_is_closed(client, team):
    make_index("secret", visibility="members")
    with transaction():
        change_bases(get_index("team"), ["main", "secret"])
    assert listed(client) == ["main", "pypi", "staging"]
    assert client.get("/index/team/").status_code == 404


def test_an_index_that_may_not_be_read_is_as_if_it_were_not_there(app, client, team):
    close("team")
    for browser in (client, sign_in(app.test_client(), make_account())):
        hidden, missing = browser.get("/index/team/"), browser.get("/index/none/")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert soup(hidden).main.text == soup(missing).main.text


def test_the_way_to_manage_is_shown_to_who_may(app, client, team):
    olga = make_account()
    grant(get_index("team").id, olga.id, "admin")
    db.session.commit()
    hers = sign_in(app.test_client(), olga)
    for path in ("/indexes/", "/index/team/"):
        assert soup(hers.get(path)).find("a", href="/manage/index/team/")
        assert not soup(client.get(path)).find("a", href="/manage/index/team/")


def test_the_footer_leads_to_the_indexes(client):
    assert soup(client.get("/")).footer.find("a", href="/indexes/")


def test_crawlers_stay_away_from_the_names(client):
    assert "Disallow: /index/" in client.get("/robots.txt").text.splitlines()


def test_the_names_of_an_upstream_are_told_to_come_from_it(client, app, team, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://u:p@packages.example.com/"})
    index_id = get_index("pypi").id
    db.session.add(Listing(index_id=index_id, normalized_name="far-away", name="Far.Away"))
    db.session.add(Listing(index_id=index_id, normalized_name="shared", name="shared"))
    db.session.commit()
    for slug in ("team", "main", "pypi"):
        assert "Far.Away from packages.example.com" in rows(client.get(f"/index/{slug}/"))
    assert rows(client.get("/index/team/?q=shared")) == ["shared published here"]


def test_names_of_upstreams_can_be_left_out(client, app, team, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.com/"})
    index_id = get_index("pypi").id
    db.session.add(Listing(index_id=index_id, normalized_name="bar", name="bar"))
    for number in range(PAGE_SIZE):
        make_project(f"more-{number:03}")
    db.session.commit()
    answer = client.get("/index/team/?own=1")
    assert faults(answer) == []
    assert rows(answer)[:2] == ["based published in main", "more-000 published in main"]
    following = soup(answer).find("a", rel="next")["href"]
    assert rows(client.get(following))[-1] == "shared published here"
    tabs = [link["href"] for link in soup(answer).select(".tabs a")]
    assert tabs == ["/index/team/#names", "/index/team/?own=1#names"]
