import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.pages import services
from app.pages.menus import add_link
from app.pages.models import PageRedirect
from app.pages.opening import change_place
from app.pages.redirects import make_redirect
from tests.pages.writing import write
from tests.site.pages import faults, soup

GERMAN = {"Accept-Language": "de"}


def redirect(path, target, **facts):
    with transaction():
        make_redirect(path, target, **facts)


def test_a_page_can_be_at_any_path(client):
    write("/company/history/2020", "It *began*.", title="Long ago")
    answer = client.get("/company/history/2020")
    assert answer.status_code == 200
    assert faults(answer) == []
    assert soup(answer).h1.text == "Long ago"
    assert soup(answer).article.em.text == "began"


def test_a_change_is_seen_with_the_next_request(client):
    write("/rules", "first")
    assert "first" in client.get("/rules").text
    write("/rules", "second")
    assert "second" in client.get("/rules").text


def test_a_draft_is_seen_by_administrators_only(client, office):
    write("/plans", "secret", publish=False)
    assert client.get("/plans").status_code == 404
    assert client.get("/plans?preview=en").status_code == 404
    answer = office.get("/plans")
    assert "secret" in answer.text
    assert "Preview of version 1" in answer.text
    assert faults(answer) == []
    assert soup(answer).find("meta", {"name": "robots"})["content"] == "noindex"


def test_a_newer_draft_stands_behind_what_everybody_sees(client, office):
    write("/rules", "public text")
    write("/rules", "new text", publish=False)
    assert "public text" in client.get("/rules?preview=en").text
    assert "public text" in office.get("/rules").text
    assert "new text" in office.get("/rules?preview=en").text


def test_what_was_withdrawn_is_not_found(client):
    write("/rules")
    with transaction():
        services.withdraw("/rules", "en")
    assert client.get("/rules").status_code == 404


def test_a_page_is_in_the_language_of_its_reader(client):
    write("/rules", "Rules", title="Rules")
    write("/rules", "Regeln", title="Regeln", locale="de")
    assert soup(client.get("/rules", headers=GERMAN)).article["lang"] == "de"
    page = soup(client.get("/rules"))
    assert page.article["lang"] == "en"
    assert page.find("a", hreflang="de")["href"] == "/rules?lang=de"


def test_a_page_in_another_language_says_so(client):
    write("/rules", "Regeln", locale="de")
    page = soup(client.get("/rules"))
    assert page.html["lang"] == "en"
    assert page.article["lang"] == "de"
    assert "Deutsch" in page.select_one(".message").text


def test_without_the_language_of_the_reader_it_is_that_of_the_site(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_LOCALE", "de")
    monkeypatch.setattr("app.pages.public.LANGUAGES", {"en": "", "fr": "", "de": ""})
    write("/rules", "Regeln", locale="de")
    assert soup(client.get("/rules")).article["lang"] == "de"


def test_pages_are_public_although_main_is_closed(client):
    with transaction():
        change_visibility(get_index(), "members")
    write("/rules", "open to all")
    assert "open to all" in client.get("/rules").text
    assert client.get("/about").status_code == 200


@pytest.mark.parametrize("asked", ["/Company/History", "/company/history/", "/company//history"])
def test_another_spelling_leads_to_the_right_one(client, asked):
    answer = client.get(f"{asked}?a=1")
    assert answer.status_code == 301
    assert answer.location == "/company/history?a=1"


@pytest.mark.parametrize(
    "asked",
    [
        "/company/../about",
        "/./about",
        "/about\\",
        "/about%5c",
        "/about%00",
        "/about%0d%0aX: y",
        "/.about",
        "/" + "a" * 2000,
        "/a" * 500,
        "/%2e%2e/%2e%2e/etc/passwd",
        "/about%20",
        "/\U0001f9c0",
        "/%ff%fe",
    ],
)
def test_odd_paths_are_not_found(client, asked, queries):
    client.get("/")
    queries.clear()
    assert client.get(asked).status_code == 404
    assert len(queries) == 0


def test_an_encoded_slash_is_a_slash(client):
    assert client.get("/company%2Fhistory").status_code == 200


def test_letters_of_every_script_can_stand_in_a_path(client):
    write("/über-uns/チーズ", "Käse")
    assert "Käse" in client.get("/über-uns/チーズ").text
    assert client.get("/Über-uns/チーズ").status_code == 301


def test_what_is_not_there_has_the_page_of_errors(client):
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert soup(answer).select_one(".error-page")


def test_pages_cannot_be_written_to(client):
    answer = client.post("/about")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert client.post("/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/search", "/simple/nothing/", "/project/nothing/", "/locale"])
def test_the_application_answers_by_itself_whatever_rows_there_are(client, path):
    write("/rules", "hidden words")
    with transaction():
        page = services.queries.get_page("/rules")
        page.path = path.rstrip("/")
    assert "hidden words" not in client.get(path).text


def test_pages_work_behind_a_prefix(client):
    write("/rules", "[help](/help/pip) ![x](/media/0/x.png) [out](https://a.example/)")
    page = soup(client.get("/rules", base_url="http://localhost/python")).article
    assert [link["href"] for link in page.find_all("a")] == [
        "/python/help/pip",
        "https://a.example/",
    ]
    assert page.img["src"] == "/python/media/0/x.png"
    moved = client.get("/Rules", base_url="http://localhost/python")
    assert moved.location == "/python/rules"


def test_an_anonymous_page_has_a_validator(client, office):
    first = client.get("/about")
    assert first.headers["Cache-Control"] == "no-cache"
    assert {"Accept-Language", "Cookie"} <= set(first.headers["Vary"].split(", "))
    again = client.get("/about", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "ETag" not in office.get("/about").headers
    assert "private" in office.get("/about").headers["Cache-Control"]


def test_only_administrators_are_led_to_the_editor(client, office):
    assert not soup(client.get("/about")).find("a", string="Edit this page")
    assert soup(office.get("/about")).find("a", string="Edit this page")


# Redirects


def test_a_redirect_leads_on_with_the_query(client):
    redirect("/old", "/about")
    answer = client.get("/Old/?a=1")
    assert (answer.status_code, answer.location) == (301, "/about?a=1")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_redirect_for_now_says_so(client):
    redirect("/chat", "https://chat.example.org/room", is_permanent=False)
    answer = client.get("/chat?a=1")
    assert (answer.status_code, answer.location) == (302, "https://chat.example.org/room")


def test_redirects_one_after_another_take_one_step(client):
    redirect("/c", "/about#team")
    redirect("/b", "/c", is_permanent=False)
    redirect("/a", "/b")
    answer = client.get("/a")
    assert (answer.status_code, answer.location) == (302, "/about#team")


@pytest.mark.parametrize("paths", [["/a"], ["/a", "/b"], [f"/x{number}" for number in range(9)]])
def test_a_loop_that_slipped_in_ends_with_a_clear_answer(client, now, paths):
    write("/other")
    for path, target in zip(paths, [*paths[1:], paths[0]], strict=True):
        row = PageRedirect(path=path, target=target, made_at=services.clock.now())
        db.session.add(row)
    db.session.commit()
    answer = client.get(paths[0])
    assert answer.status_code == 404
    assert "in circles" in answer.text


# What it costs


def test_a_page_asks_at_most_one_question(client, queries):
    write("/rules")
    client.get("/rules")
    queries.clear()
    assert client.get("/rules").status_code == 200
    assert len(queries) <= 1


def test_header_and_footer_cost_no_question(client, queries):
    for number in range(20):
        write(f"/page{number}")
    client.get("/classifiers/")
    queries.clear()
    assert client.get("/classifiers/").status_code == 200
    assert queries == []


# What machines are told


def test_the_head_names_the_address_and_its_languages(client):
    write("/rules")
    write("/rules", locale="de")
    head = soup(client.get("/rules?lang=de")).head
    assert head.find(rel="canonical")["href"] == "http://localhost/rules?lang=de"
    found = {link.get("hreflang") for link in head.find_all("link", rel="alternate")}
    assert {"en", "de"} <= found
    assert client.get("/rules?lang=de").headers["Content-Language"] == "de"


def test_the_map_tells_of_pages_that_everybody_sees(client):
    write("/rules")
    write("/plans", publish=False)
    write("/quiet")
    with transaction():
        change_place("/quiet", "/quiet", is_listed=False)
    told = client.get("/sitemap-pages-1.xml").text
    for path in ("/rules", "/about", "/help/", "/company/history"):
        assert f"<loc>http://localhost{path}</loc>" in told
    assert "/plans" not in told
    assert "/quiet" not in told
    assert soup(client.get("/quiet")).find("meta", {"name": "robots"})["content"] == "noindex"


def test_a_link_of_the_header_is_only_left_out_where_the_footer_has_it(client):
    with transaction():
        add_link("header", "/help/uv", {"en": "For uv"})
    links = {link.text: link.get("class") for link in soup(client.get("/")).select("header nav a")}
    assert links["Help"] == ["house-nav-help"]
    assert links["For uv"] is None
