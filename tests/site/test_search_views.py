"""Search as people and programs see it: the page, JSON, suggestions, OpenSearch."""

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, grant
from app.search.facts import Facts
from app.search.services import list_project
from app.search.words import LONGEST_TEXT
from tests.factories import (
    make_account,
    make_index,
    make_project,
    make_release,
    make_token,
    relist_all,
    sign_in,
)
from tests.site.pages import faults, soup

DOORS = ["/search", "/search?format=json", "/search/suggest"]
STABLE = "Development Status :: 5 - Production/Stable"
XML = "{http://a9.com/-/spec/opensearch/1.1/}"
HOSTILE = {
    "10,000 characters": "x" * 10_000,
    "10,000 words": "a b " * 5_000,
    "operators": "AND OR NOT NEAR( ) * ^ - + : & | ! ~ < > @",
    "only stars": "***",
    "one quote": '"',
    "many quotes": '"' * 199,
    "quotes of both kinds": "''\"\"'",
    "query words alone": "name: author: depends: classifier: license:",
    "query words of nothing": 'name:"" license:" "',
    "query words of wildcards": "name:% author:_ depends:* classifier::: license:\\",
    "SQL": "'; DROP TABLE listing; --",
    "emoji": "🐍👩‍👩‍👧",
    "right to left": "שלום \u202e abc مرحبا",
    "one letter": "a",
    "per cent": "%",
    "underscore": "_",
    "backslash": "\\",
    "broken UTF-8": b"\xff\xfe\xc3",
    "half a pair": b"\xed\xa0\x80",
    "markup": "<script>alert(1)</script>",
    "combining": "e" + "\u0301" * 199,
    "long words": "\ufdfa" * 200,
    "brackets": "(" * 100 + "[" * 99,
}


def close(visibility, slug="main"):
    with transaction():
        change_visibility(get_index(slug), visibility)
    db.session.commit()


def own(*names, **facts):
    index = facts.pop("index", None)
    for name in names:
        make_release(make_project(name, index=index), **facts)
    relist_all()


def listed(name, *, index="main", **facts):
    """List a project of ours with what its release tells."""
    make_release(make_project(name, index=get_index(index)), summary=facts.get("summary", ""))
    with transaction():
        told = {"version": "1.0", "updated_at": clock.now()} | facts
        list_project(get_index(index).id, Facts(name=name, **told))


def names_on(answer):
    return [link.text.strip() for link in soup(answer).select(".project-line-name a")]


def found(client, address):
    return names_on(client.get(address))


def names_in(answer):
    return [line["name"] for line in answer.json["results"]]


def ask(client, door, text):
    sign = "&" if "?" in door else "?"
    return client.get(f"{door}{sign}q={quote(text)}")


@pytest.fixture
def cellar(app):
    own("Cheese.Cellar", summary="Counts wheels")


@pytest.fixture
def labelled(app):
    """Give three projects that differ in all that filters know."""
    listed("p-mit", license="MIT License", classifiers=(STABLE, "Typing :: Typed"))
    old = clock.now() - timedelta(days=200)
    python = "Programming Language :: Python :: 3.12"
    listed("p-bsd", license="BSD", classifiers=(python, "Topic :: Internet"), updated_at=old)
    listed("p-none", is_yanked=True, classifiers=("Topic :: Text Processing",))


# The page


def test_the_exact_name_comes_first(client):
    own("my-flask", "flask-login", "Flask")
    assert found(client, "/search?q=FLASK")[0] == "Flask"
    assert sorted(found(client, "/search?q=FLASK")) == ["Flask", "flask-login", "my-flask"]


@pytest.mark.parametrize("spelling", ["cheese.cellar", "Cheese_Cellar", "cheese  cellar", "CHEESE"])
def test_names_are_found_however_they_are_spelt(client, cellar, spelling):
    assert found(client, f"/search?q={spelling}") == ["Cheese.Cellar"]


@pytest.mark.parametrize("wildcard", ["%25", "_%25", "c%25r", "\\", "*", "🐍", '"'])
def test_wildcards_find_nothing_by_themselves(client, cellar, wildcard):
    assert found(client, f"/search?q={wildcard}") == []


@pytest.mark.parametrize("nothing", ["/search", "/search?q=", "/search?q=+%0A+"])
def test_without_words_all_are_listed(client, nothing):
    own("b", "a")
    assert sorted(found(client, nothing)) == ["a", "b"]


def test_projects_without_releases_are_left_out(client):
    make_project("empty")
    relist_all()
    assert found(client, "/search?q=empty") == []


def test_the_page_says_how_many_there_are_where_screen_readers_hear_it(client):
    own(*(f"pile-{number:02}" for number in range(21)))
    page = soup(client.get("/search"))
    assert page.select_one(".search-total[role=status]").text.strip() == "21 projects"


def test_twenty_are_on_a_page_and_numbers_lead_to_the_others(client):
    own(*(f"pile-{number:02}" for number in range(41)))
    first, last = client.get("/search?sort=name"), client.get("/search?sort=name&page=3")
    assert len(soup(first).select(".project-line")) == 20
    assert names_on(last) == ["pile-40"]
    assert soup(first).find(rel="next")["href"] == "/search?sort=name&page=2"
    assert soup(last).find(rel="prev")["href"] == "/search?sort=name&page=2"
    numbers = soup(last).select(".page-numbers a")
    assert [link.text for link in numbers] == ["1", "2", "3"]
    assert [link.text for link in numbers if link.get("aria-current")] == ["3"]


@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "151", "1000000000", "9" * 5_000, "abc", "1.0", "²"]
)
@pytest.mark.parametrize("door", ["/search?q=cheese", "/search?q=cheese&format=json"])
def test_a_page_of_results_that_does_not_exist_is_not_found(client, cellar, page, door):
    answer = client.get(f"{door}&page={page}")
    assert answer.status_code == 404
    assert "There is no such page of results." in answer.text
    if "json" in door:
        assert answer.json["code"] == "no-such-page"


@pytest.mark.parametrize("page", ["1", "", "%20", "01"])
def test_the_first_page_can_be_named(client, cellar, page):
    assert found(client, f"/search?q=cheese&page={page}") == ["Cheese.Cellar"]


def test_search_engines_need_none_of_these_pages(client, cellar):
    assert soup(client.get("/search?q=x")).find("meta", {"name": "robots"})["content"] == "noindex"


def test_what_is_too_long_is_cut_and_the_page_says_so(client, cellar):
    answer = client.get("/search?q=" + "x" * 5_000)
    assert "only its beginning was looked for" in answer.text
    assert soup(answer).find(id="page-search")["value"] == "x" * LONGEST_TEXT
    assert "only its beginning" not in client.get("/search?q=" + "x" * LONGEST_TEXT).text


def test_what_was_typed_is_shown_as_text(client):
    answer = client.get("/search?q=<script>alert(1)</script>")
    assert soup(answer).h1.bdi.text == "<script>alert(1)</script>"
    assert faults(answer) == []


def test_nothing_found_says_what_can_be_done(client, cellar):
    page = soup(client.get("/search?q=nothing-like-that&typed=yes")).select_one(".empty")
    links = {link.text: link["href"] for link in page.find_all("a")}
    assert links == {
        "Look again without the filters": "/search?q=nothing-like-that",
        "Why is it not here?": "/policy/explain?name=nothing-like-that&index=main",
        "Look at all projects": "/search",
    }


def test_tips_explain_the_query_words(client):
    tips = soup(client.get("/search")).select(".search-tips code")
    heads = {tip.text.partition(":")[0] for tip in tips}
    assert {"name", "author", "depends", "classifier", "license"} <= heads


def test_there_is_one_box_for_searching_and_the_key_leads_there(client):
    for path in ("/", "/search", "/about", "/search?page=99"):
        boxes = soup(client.get(path)).select("form[role=search] [data-search-key]")
        assert len(boxes) == 1
        assert soup(client.get(path)).find("label", {"for": boxes[0]["id"]})


def test_asking_takes_the_same_for_one_project_and_for_twenty(client, queries):
    own("p")
    queries.clear()
    client.get("/search?q=p")
    few = len(queries)
    own(*(f"p{number}" for number in range(19)))
    queries.clear()
    client.get("/search?q=p")
    assert len(queries) == few <= 14


@pytest.mark.parametrize(
    "path",
    [
        "/search",
        "/search?q=p",
        "/search?q=nothing-like-that&license=MIT+License&topic=Internet",
        "/search?q=p&license=MIT+License&python=3.12&status=5+-+Production%2FStable&typed=yes"
        "&within=30&yanked=no&sort=newest&index=main",
        "/index/staging/search?q=p",
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_are_well_formed_and_hold_nothing_inline(client, labelled, path, language):
    client.set_cookie("locale", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert faults(answer) == []
    assert soup(answer).html["lang"] == language


def test_a_project_of_which_all_is_yanked_is_marked(client, labelled):
    marked = list(soup(client.get("/search?q=p")).select(".project-line .mark-yanked"))
    assert [mark.parent.a.text.strip() for mark in marked] == ["p-none"]


# Filters


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("license=MIT+License", {"p-mit"}),
        ("license=MIT+License&license=BSD", {"p-mit", "p-bsd"}),
        ("python=3.12", {"p-bsd"}),
        ("topic=Internet", {"p-bsd"}),
        ("topic=Topic+::+Internet", {"p-bsd"}),
        ("topic=Internet&topic=Text+Processing", {"p-bsd", "p-none"}),
        ("status=5+-+Production/Stable", {"p-mit"}),
        ("typed=yes", {"p-mit"}),
        ("within=90", {"p-mit", "p-none"}),
        ("within=365", {"p-mit", "p-bsd", "p-none"}),
        ("yanked=no", {"p-mit", "p-bsd"}),
        ("yanked=no&within=30&license=BSD", set()),
        ("index=main", {"p-mit", "p-bsd", "p-none"}),
    ],
)
def test_filters_leave_what_they_say(client, labelled, chosen, names):
    assert set(found(client, f"/search?q=p&{chosen}")) == names
    assert set(names_in(client.get(f"/search?q=p&format=json&{chosen}"))) == names


def test_filters_show_how_many_results_have_each_value(client, labelled):
    page = soup(client.get("/search?q=p"))
    shown = {
        " ".join(label.get_text(" ").split())
        for label in page.select(".search-filter .search-choice")
    }
    assert {"MIT License 1", "BSD 1", "3.12 1", "Internet 1", "Production/Stable 1"} <= shown
    assert "Has type hints 1" in shown


def test_a_filter_is_a_part_of_the_one_form(client, labelled):
    page = soup(client.get("/search?q=p"))
    fields = page.select(
        ".search-filters :is(input, select, button), .search-sort :is(select, button)"
    )
    assert {field["form"] for field in fields} == {
        page.select_one("form[role=search]#search")["id"]
    }


def test_what_is_chosen_can_be_taken_back_by_itself(client, labelled):
    page = soup(client.get("/search?q=p&license=MIT+License&license=BSD&within=30&sort=name"))
    badges = {link.bdi.text: link["href"] for link in page.select(".search-badge")}
    both = "license=MIT+License&license=BSD"
    assert badges == {
        "Licence: MIT License": "/search?q=p&license=BSD&within=30&sort=name",
        "Licence: BSD": "/search?q=p&license=MIT+License&within=30&sort=name",
        "Newest release: in the last 30 days": f"/search?q=p&{both}&sort=name",
    }
    assert page.find("a", string="Remove all filters")["href"] == "/search?q=p&sort=name"


def test_a_chosen_value_that_nothing_has_stays_to_be_taken_back(client, labelled):
    page = soup(client.get("/search?q=p&license=Nothing"))
    assert page.select_one("input[name=license][value=Nothing]").has_attr("checked")
    assert page.select_one(".search-badge bdi").text == "Licence: Nothing"


def test_turning_a_page_keeps_what_was_chosen(client):
    own(*(f"pile-{number:02}" for number in range(21)))
    link = soup(client.get("/search?q=pile&within=30&yanked=no&junk=1")).find(rel="next")["href"]
    assert parse_qs(urlsplit(link).query) == {
        "q": ["pile"],
        "within": ["30"],
        "yanked": ["no"],
        "page": ["2"],
    }


def test_results_can_be_sorted(client):
    now = clock.now()
    for days, name in ((2, "p-old"), (1, "p-new"), (3, "p-ancient")):
        listed(name, updated_at=now - timedelta(days=days))
    assert found(client, "/search?q=p&sort=newest") == ["p-new", "p-old", "p-ancient"]
    assert found(client, "/search?q=p&sort=name") == ["p-ancient", "p-new", "p-old"]
    page = soup(client.get("/search?q=p&sort=name"))
    assert page.select_one("#search-sort option[selected]").text == "Name"


@pytest.mark.parametrize(
    "wrong",
    [
        "sort=upwards",
        "within=31",
        "within=9999999999999",
        "within=-1",
        "typed=maybe",
        "yanked=perhaps",
        "license=",
        "python=" + "3" * 500,
        "format=xml",
        "index=",
    ],
)
def test_wrong_values_of_filters_are_left_out(client, labelled, wrong):
    assert len(found(client, f"/search?q=p&{wrong}")) == 3


@pytest.mark.parametrize(
    "unknown", ["index=nowhere", "license='", "topic=%25", "python=%F0%9F%90%8D", "status=\\"]
)
def test_values_that_nothing_has_find_nothing(client, labelled, unknown):
    assert found(client, f"/search?q=p&{unknown}") == []


def test_so_many_values_are_looked_at_and_no_more(client, labelled):
    many = "&".join(f"license=L{number}" for number in range(1_000))
    page = soup(client.get(f"/search?q=p&{many}"))
    assert len(page.select(".search-badge")) == 10


def test_only_one_of_several_indexes_can_be_looked_at(client):
    own("p-ours")
    own("p-staged", index=get_index("staging"))
    assert set(found(client, "/index/staging/search?q=p")) == {"p-ours", "p-staged"}
    assert found(client, "/index/staging/search?q=p&index=staging") == ["p-staged"]


# JSON


def test_json_tells_what_programs_are_promised(client, cellar):
    answer = client.get("/search?q=cheese&format=json")
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "query": "cheese",
        "total": 1,
        "suggestion": None,
        "results": [
            {
                "name": "Cheese.Cellar",
                "version": "1.0",
                "summary": "Counts wheels",
                "url": "http://localhost/project/cheese-cellar/",
                "index": "main",
            }
        ],
        "is_more": False,
    }
    assert list(answer.json) == ["query", "total", "suggestion", "results", "is_more"]


def test_json_comes_twenty_a_page_with_the_total_of_the_page(client):
    own(*(f"pile-{number:02}" for number in range(21)))
    first = client.get("/search?q=pile&format=json&sort=name")
    last = client.get("/search?q=pile&format=json&sort=name&page=2")
    assert (len(first.json["results"]), names_in(last)) == (20, ["pile-20"])
    assert first.json["total"] == last.json["total"] == 21
    assert "21 projects" in client.get("/search?q=pile").text


def test_json_of_another_index_leads_to_its_pages(client):
    own("p-staged", index=get_index("staging"))
    own("p-ours")
    answer = client.get("/index/staging/search?q=p&format=json&sort=name")
    assert [(line["url"], line["index"]) for line in answer.json["results"]] == [
        ("http://localhost/index/staging/project/p-ours/", "main"),
        ("http://localhost/index/staging/project/p-staged/", "staging"),
    ]


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("application/json", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("application/json;q=zzz,,;", "text/html"),
    ],
)
def test_who_asks_for_json_by_name_gets_it(client, cellar, accept, mimetype):
    answer = client.get("/search?q=cheese", headers={"Accept": accept})
    assert answer.mimetype == mimetype
    assert "Accept" in answer.vary


def test_the_format_in_the_address_wins(client, cellar):
    answer = client.get("/search?format=html", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/html"


def test_json_of_a_public_index_is_for_all_programs_and_can_be_asked_for_again(client, cellar):
    answer = client.get("/search?q=cheese&format=json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get(
        "/search?q=cheese&format=json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_json_says_what_is_wrong_with_a_code(client):
    answer = client.get("/index/nowhere/search?format=json")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


# Suggestions


def test_suggestions_are_what_browsers_ask_for(client, cellar):
    own("cheese-board")
    answer = client.get("/search/suggest?q=chee")
    assert answer.mimetype == "application/x-suggestions+json"
    typed, names, summaries, addresses = answer.json
    assert typed == "chee"
    assert sorted(names) == ["Cheese.Cellar", "cheese-board"]
    at = names.index("Cheese.Cellar")
    assert summaries[at] == "Counts wheels"
    assert addresses[at] == "http://localhost/project/cheese-cellar/"


def test_suggestions_repeat_what_was_typed_as_it_was(client, cellar):
    assert client.get("/search/suggest?q=Chee+").json[0] == "Chee "


@pytest.mark.parametrize("text", ["", " ", "nothing-like-that"])
def test_there_may_be_nothing_to_suggest(client, cellar, text):
    assert ask(client, "/search/suggest", text).json[1:] == [[], [], []]


def test_suggestions_of_an_index_are_its_own_and_its_bases(client):
    own("p-staged", index=get_index("staging"))
    assert client.get("/search/suggest?q=p-st").json[1] == []
    assert client.get("/index/staging/search/suggest?q=p-st").json[1:] == [
        ["p-staged"],
        [""],
        ["http://localhost/index/staging/project/p-staged/"],
    ]


def test_suggestions_are_few_and_may_be_kept_for_a_minute(client):
    own(*(f"p{number:02}" for number in range(30)))
    answer = client.get("/search/suggest?q=p")
    assert len(answer.json[1]) == 8
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_suggesting_asks_few_questions(client, queries):
    own("p")
    queries.clear()
    client.get("/search/suggest?q=p")
    few = len(queries)
    own(*(f"p{number}" for number in range(7)))
    queries.clear()
    client.get("/search/suggest?q=p")
    assert len(queries) == few <= 6


def test_boxes_ask_the_index_that_the_page_is_about(client):
    own("p")
    for path, place in (
        ("/", "/search/suggest"),
        ("/about", "/search/suggest"),
        ("/search", "/search/suggest"),
        ("/project/p/", "/search/suggest"),
        ("/index/staging/search", "/index/staging/search/suggest"),
        ("/index/staging/", "/index/staging/search/suggest"),
        ("/index/staging/project/p/", "/index/staging/search/suggest"),
        ("/index/nowhere/", "/search/suggest"),
    ):
        box = soup(client.get(path)).select_one("[data-suggest]")
        assert box["data-suggest"] == place
        assert box.find_parent("form")["action"] == place.removesuffix("/suggest")
        assert "{count}" in box["data-suggest-status"]


# OpenSearch


def test_browsers_learn_how_to_search_here(client):
    answer = client.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    told = ElementTree.fromstring(answer.data)
    assert told.find(f"{XML}ShortName").text == "Tilsit"
    assert {url.get("type"): url.get("template") for url in told.iter(f"{XML}Url")} == {
        "text/html": "http://localhost/search?q={searchTerms}&page={startPage?}",
        "application/json": "http://localhost/search?q={searchTerms}&page={startPage?}&format=json",
        "application/x-suggestions+json": "http://localhost/search/suggest?q={searchTerms}",
        "application/opensearchdescription+xml": "http://localhost/opensearch.xml",
    }
    assert {language.text for language in told.iter(f"{XML}Language")} == {"en", "de"}


def test_what_it_tells_can_be_followed(client, cellar):
    told = ElementTree.fromstring(client.get("/opensearch.xml").data)
    for url in told.iter(f"{XML}Url"):
        filled = url.get("template").replace("{searchTerms}", "cheese").replace("{startPage?}", "")
        answer = client.get(filled)
        assert answer.status_code == 200
        assert answer.mimetype == url.get("type")
    with client.get(told.find(f"{XML}Image").text) as image:
        assert image.mimetype == "image/svg+xml"


@pytest.mark.parametrize("site", ["Cheese & <Sons> of a very long name " * 3, "Käse"])
def test_a_long_name_of_the_site_fits_the_rules_of_opensearch(app, client, site, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_NAME", site)
    told = ElementTree.fromstring(client.get("/opensearch.xml").data)
    assert told.find(f"{XML}ShortName").text == site[:16].strip()
    assert told.find(f"{XML}LongName").text == site[:48].strip()


def test_every_page_leads_to_it(client):
    for path in ("/", "/search", "/help/", "/nowhere"):
        link = soup(client.get(path)).find("link", rel="search")
        assert (link["href"], link["title"]) == ("/opensearch.xml", "Tilsit")


# Bad input


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_is_typed_is_answered(client, labelled, door, text):
    answer = ask(client, door, text)
    assert answer.status_code == 200
    if door == "/search":
        assert faults(answer) == []
    else:
        assert answer.json


@pytest.mark.parametrize(
    "key", ["index", "license", "python", "topic", "status", "typed", "within"]
)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_is_chosen_is_answered(client, labelled, key, text):
    answer = client.get(f"/search?q=p&{key}={quote(text)}")
    assert answer.status_code == 200
    assert faults(answer) == []


@pytest.mark.parametrize("key", ["page", "sort", "format", "yanked"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_is_asked_for_is_answered(client, labelled, key, text):
    answer = client.get(f"/search?q=p&{key}={quote(text)}")
    assert answer.status_code == (404 if key == "page" else 200)


# Closed indexes


@pytest.fixture
def secret(app):
    """Give an index for members that has a project, and a member of it."""
    index = make_index("vault", visibility="members")
    own("secret-sauce", index=index)
    member = make_account("member", uploads=False)
    with transaction():
        grant(index.id, member.id, "read")
    db.session.commit()
    return member


@pytest.mark.parametrize("visibility", ["signed-in", "members"])
def test_a_closed_index_sends_strangers_to_log_in_and_names_nothing(client, cellar, visibility):
    close(visibility)
    answer = client.get("/search?q=cheese")
    assert answer.status_code == 303
    assert answer.location.startswith("/account/login?next=")
    assert "Cheese.Cellar" not in answer.text


@pytest.mark.parametrize("visibility", ["signed-in", "members"])
def test_a_closed_index_tells_unknown_programs_nothing(client, cellar, visibility):
    close(visibility)
    answer = client.get("/search?q=cheese&format=json")
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert "WWW-Authenticate" in answer.headers
    suggested = client.get("/search/suggest?q=chee")
    assert suggested.json == ["chee", [], [], []]
    # A challenge would ask readers of open pages for a password while they type.
    assert "WWW-Authenticate" not in suggested.headers
    for each in (answer, suggested):
        assert "Access-Control-Allow-Origin" not in each.headers
        assert "public" not in each.headers.get("Cache-Control", "")


@pytest.mark.parametrize("door", DOORS)
def test_who_is_not_a_member_may_not_search(client, cellar, door):
    close("members")
    sign_in(client, make_account("grace", uploads=False))
    answer = ask(client, door, "cheese")
    assert answer.status_code == 403
    assert "Cheese.Cellar" not in answer.text


@pytest.mark.parametrize("door", DOORS)
def test_a_member_searches_a_closed_index(client, secret, door):
    sign_in(client, secret)
    assert "secret-sauce" in ask(client, f"/index/vault{door}", "secret").text


@pytest.mark.parametrize("door", DOORS[1:])
def test_a_token_of_a_member_searches_a_closed_index(client, secret, door):
    key = {"Authorization": f"Bearer {make_token(secret, scope='read')}"}
    answer = client.get(f"/index/vault{door}{'&' if '?' in door else '?'}q=secret", headers=key)
    assert "secret-sauce" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize("door", DOORS)
def test_a_closed_index_is_no_part_of_what_others_find(client, secret, door):
    own("secret-garden")
    for text in ("secret", "sec", "name:secret", "secrte"):
        assert "sauce" not in ask(client, door, text).text
    # The page says what was typed, and nothing else.
    for text in ("secret-sauce", "sauce"):
        answer = ask(client, door, text)
        assert "/project/secret-sauce" not in answer.text
        assert names_on(answer) in ([], ["secret-garden"])
    assert "secret-sauce" not in client.get("/search?index=vault").text


def test_a_closed_index_is_counted_for_nobody_else(client, secret):
    with transaction():
        told = Facts(name="secret-sauce", version="1.0", license="Secret License")
        list_project(get_index("vault").id, told)
    own("open")
    page = client.get("/search")
    assert "1 project" in soup(page).select_one(".search-total").text
    assert "Secret License" not in page.text
    assert "vault" not in page.text


@pytest.mark.parametrize("address", ["search?q=own", "search/suggest?q=own", "search/suggest?q=o"])
def test_in_a_mirror_that_is_off_nothing_is_found(client, address):
    make_release(make_project("own-thing"))
    relist_all()
    answer = client.get(f"/index/pypi/{address}")
    assert answer.status_code == 200
    assert "own-thing" not in answer.text
