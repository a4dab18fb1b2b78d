import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.accounts.queries import find_by_username
from app.extensions import db
from tests.factories import make_account, make_project, sign_in
from tests.site.pages import faults, soup


@pytest.fixture
def away(app):
    """Let every statement fail, as with a database that has gone."""
    connection = db.engines[None]

    def fail(*_):
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    event.listen(connection, "before_cursor_execute", fail)
    yield
    event.remove(connection, "before_cursor_execute", fail)


@pytest.fixture
def surprise(monkeypatch):
    """Let the front page fail in a way that nobody expected."""

    def fail(*_):
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("app.site.home_views.find_totals", fail)


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_not_there_gets_a_page_with_a_search_box(client, language):
    client.set_cookie("locale", language)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert faults(answer) == []
    assert soup(answer).main.find("input", {"name": "q"})


def test_the_wrong_kind_of_request_is_told_the_right_one(client):
    answer = client.post("/help/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_address_is_shown_as_words(client):
    answer = client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert faults(answer) == []


def test_a_database_that_is_away_is_told_even_to_those_who_are_logged_in(client, away, app):
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert faults(answer) == []


def test_the_page_of_a_database_that_is_away_does_not_ask_who_is_reading(app, request):
    browser = sign_in(app.test_client(), make_account("ada"))
    request.getfixturevalue("away")
    answer = browser.get("/")
    assert answer.status_code == 503
    assert "ada" not in soup(answer).header.text


def test_a_surprise_is_logged_and_not_told(client, surprise, caplog):
    answer = client.get("/")
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    assert "a secret" in caplog.text
    assert faults(answer) == []


def test_who_is_sent_to_log_in_comes_back(client):
    answer = client.get("/manage/projects/")
    assert answer.location == "/account/login?next=%2Fmanage%2Fprojects%2F"


def test_a_form_that_is_too_old_says_what_to_do(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post("/account/logout")
    assert answer.status_code == 400
    assert "load the page again" in answer.text


def test_the_switches_lead_back_to_the_page_and_never_to_a_form(app, client):
    def target(answer):
        return soup(answer).footer.find("input", {"name": "next"})["value"]

    browser = sign_in(app.test_client(), make_account("ada"))
    make_project("p", owner=find_by_username("ada"))
    assert target(client.get("/search?q=x")) == "/search?q=x"
    assert target(client.get("/nowhere")) == "/nowhere"
    assert target(browser.post("/manage/project/p/delete")) == "/"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/classifiers", "./classifiers/"),
        ("/indexes?x=1", "./indexes/?x=1"),
        ("/project//a/", "/project/a/"),
    ],
)
def test_a_redirect_to_the_right_spelling_believes_no_host(client, path, location):
    answer = client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, location)


def test_a_project_that_is_not_here_leads_to_the_question_why(client):
    page = soup(client.get("/project/nothing/"))
    assert page.main.find("a", href="/policy/explain")
    assert "404" in page.title.text
    assert page.h1.text.strip() in page.title.text


def test_a_page_that_cannot_be_made_now_can_be_asked_for_again(client, away):
    assert soup(client.get("/search?q=kettle")).main.find("a", href="/search?q=kettle")
