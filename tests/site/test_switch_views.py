import pytest

from tests.site.pages import soup


def switch(client, what, **values):
    return client.post(f"/{what}", data=values)


def test_the_language_is_kept_and_the_reader_goes_back(client):
    answer = switch(client, "locale", locale="de", next="/about?x=1")
    assert (answer.status_code, answer.location) == (303, "/about?x=1")
    assert soup(client.get("/about")).html["lang"] == "de"


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_colours_are_kept(client, theme):
    switch(client, "theme", theme=theme)
    assert soup(client.get("/about")).html["data-bs-theme"] == theme


def test_without_a_choice_the_system_decides(client):
    assert soup(client.get("/about")).html["data-bs-theme"] == "auto"


@pytest.mark.parametrize("cookie", ["", "pink", "<script>", '"'])
def test_a_forged_cookie_is_passed_over(client, cookie):
    client.set_cookie("theme", cookie)
    client.set_cookie("locale", cookie)
    html = soup(client.get("/about")).html
    assert (html["data-bs-theme"], html["lang"]) == ("auto", "en")


@pytest.mark.parametrize(("what", "value"), [("locale", "xx"), ("locale", ""), ("theme", "pink")])
def test_what_is_no_choice_is_refused(client, what, value):
    answer = switch(client, what, **{what: value})
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "", "javascript:x"]
)
def test_nobody_is_sent_to_another_site(client, target):
    assert switch(client, "theme", theme="dark", next=target).location == "/"


def test_the_cookie_is_closed_to_scripts_and_other_sites(client):
    cookie = switch(client, "theme", theme="dark").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_readers_who_are_not_logged_in_get_no_session(client):
    assert "Set-Cookie" not in client.get("/about").headers


def test_the_switches_need_no_session(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert switch(client, "theme", theme="dark").status_code == 303
    assert switch(client, "locale", locale="de").status_code == 303


def test_who_came_by_an_address_with_a_language_can_still_choose_another_one(client):
    page = soup(client.get("/search?q=a%26b&lang=de&page=1"))
    target = page.select_one("form.switch input[name=next]")["value"]
    assert target == "/search?q=a%26b&page=1"
    there = switch(client, "locale", locale="en", next=target).location
    assert soup(client.get(there)).html["lang"] == "en"
