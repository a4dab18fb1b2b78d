import inspect

import pytest

from app.accounts.actors import Actor
from app.admin.switches import turn_on
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.sitestate import FLAGS, NO_REGISTRATION, READ_ONLY
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.policy.rules import CODES
from app.policy.services import add_rule
from app.site.refusals import REFUSALS
from app.sources import registry
from app.uploads import exceptions as uploads
from app.uploads.multipart import too_large
from tests.factories import make_account, make_file, make_project, make_release, sign_in
from tests.policy.places import DAY, NOW, Pile, link, page
from tests.site.pages import faults, soup

HTML = {"Accept": "text/html"}


@pytest.fixture
def pile(monkeypatch, now):
    """Give what the index `pypi` copies: a project with a young release."""
    now(NOW)
    pile = Pile(page(link("1.0"), link("1.1", age=3 * DAY)))
    monkeypatch.setitem(registry._factories, "mirror", lambda _index: pile)
    return pile


def block(pattern, specifier="", reason=""):
    with transaction():
        add_rule(get_index(), "block", pattern, specifier, reason)


def upload_codes():
    classes = inspect.getmembers(uploads, inspect.isclass)
    own = [each for _name, each in classes if issubclass(each, DomainError)]
    local = [each for each in own if each.__module__ == uploads.__name__]
    return {each.code for each in local if not each.code.startswith("promotion-")}


def test_every_refusal_has_a_page():
    limits = {too_large(1).code}
    assert set(CODES) | upload_codes() | limits | set(FLAGS) == set(REFUSALS)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_told_to_people(client, code):
    answer = client.get(f"/help/refused/{code}", headers=HTML)
    assert answer.status_code == 200
    assert faults(answer) == []
    assert code in soup(answer).main.text


@pytest.mark.parametrize(
    ("flag", "address"),
    [(NO_REGISTRATION, "/account/register"), (READ_ONLY, "/account/register")],
)
def test_who_meets_what_is_switched_off_is_led_to_what_it_means(client, flag, address):
    with transaction():
        turn_on(Actor(is_admin=True), flag, {})
    answer = client.post(address, data={}, headers=HTML)
    main = soup(answer).main
    assert main.h1.text.strip() == str(REFUSALS[flag].title)
    assert main.find("a", href=f"/help/refused/{flag}")


@pytest.mark.parametrize("accept", ["*/*", None, "application/json"])
def test_a_refusal_is_told_to_programs_in_english(client, accept):
    headers = {"Accept-Language": "de"} | ({"Accept": accept} if accept else {})
    answer = client.get("/help/refused/too-young", headers=headers)
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("too-young: Not old enough\n")
    assert "Accept" in answer.headers["Vary"]


def test_the_list_of_refusals_leads_to_all(client):
    answer = client.get("/help/refused/")
    assert faults(answer) == []
    links = {link["href"] for link in soup(answer).main.find_all("a")}
    assert {f"/help/refused/{code}" for code in REFUSALS} <= links


def test_no_other_refusal_is_told(client):
    assert client.get("/help/refused/nothing", headers=HTML).status_code == 404


def test_nothing_is_explained_until_something_is_asked(client, pile):
    answer = client.get("/policy/explain")
    assert answer.status_code == 200
    assert faults(answer) == []
    assert soup(answer).find(id="answer") is None


def test_a_young_version_is_explained(client, pile):
    answer = client.get("/policy/explain?name=foo&version=1.1")
    assert faults(answer) == []
    text = soup(answer).main.text
    assert "foo comes from the upstream of the index pypi." in text
    assert "too-young" in text
    assert "Nov 28, 2026" in text
    assert pile.asked == []


def test_a_project_is_explained_with_what_waits(client, pile):
    answer = client.get("/policy/explain?name=foo")
    assert faults(answer) == []
    links = [link["href"] for link in soup(answer).main.find_all("a")]
    assert "/policy/explain?name=foo&version=1.1&index=main" in links


def test_an_answer_leads_to_the_page_of_the_project(client, pile):
    page = soup(client.get("/policy/explain?name=Foo&index=pypi"))
    assert page.main.find("a", href="/index/pypi/project/foo/")
    assert page.title.text.strip().startswith("foo")


def test_of_an_unknown_name_it_is_told_when_its_upstream_is_asked(client, pile):
    told = "Its upstream is asked when somebody installs it or opens its page."
    assert told in client.get("/policy/explain?name=unheard-of").text
    block("unheard-*")
    assert told not in client.get("/policy/explain?name=unheard-of").text
    assert pile.asked == []


def test_a_rule_is_explained_with_its_reason(client, pile):
    block("foo", "<2", "It steals <keys>.")
    answer = client.get("/policy/explain?name=Foo&version=1.0")
    assert faults(answer) == []
    text = soup(answer).main.text
    assert "decides" in text
    assert "It steals <keys>." in text


def test_another_index_is_asked_by_its_slug(client, pile):
    block("foo")
    assert "No version of it is served." in client.get("/policy/explain?name=foo").text
    answer = client.get("/policy/explain?name=foo&index=pypi")
    assert "The newest version served is 1.0." in answer.text


@pytest.mark.parametrize("name", ["-", "a b", "..%2f", "%3Cb%3E"])
def test_what_is_no_name_is_said_at_its_field(client, pile, name):
    answer = client.get(f"/policy/explain?name={name}")
    assert answer.status_code == 400
    assert faults(answer) == []
    assert soup(answer).find(id="explain-name")["aria-invalid"] == "true"


def test_who_may_not_read_an_index_learns_nothing(client, app, pile):
    make_file(make_release(make_project("secret"), "1.0"))
    with transaction():
        change_visibility(get_index(), "members")
    answers = [client.get(f"/policy/explain?name={name}") for name in ("secret", "foo", "none")]
    assert {answer.status_code for answer in answers} == {303}
    browser = sign_in(app.test_client(), make_account("mallory", uploads=False))
    refused = browser.get("/policy/explain?name=secret")
    assert refused.status_code == 403
    assert "secret" not in soup(refused).main.text
    # Nor does an index that they may read tell of it.
    other = browser.get("/policy/explain?name=secret&index=pypi")
    assert "secret is not known in the index pypi." in other.text


def test_a_refused_page_leads_to_its_explanation(client, pile):
    block("foo", reason="It steals keys.")
    answer = client.get("/project/foo/")
    assert answer.status_code == 403
    assert faults(answer) == []
    assert "It steals keys." in soup(answer).main.text
    links = {link["href"] for link in soup(answer).main.find_all("a")}
    assert "/help/refused/blocked" in links


def test_a_refused_page_is_called_what_it_is_and_writes_no_address(client, pile):
    block("foo")
    page = soup(client.get("/project/foo/"))
    assert page.h1.text.strip() == "Blocked by a rule"
    assert page.title.text.split("·")[0].strip() == "Blocked by a rule"
    assert "/help/" not in page.main.text
    assert "/help/" not in soup(client.get("/policy/explain?name=foo")).main.text


def test_a_project_page_tells_how_many_newer_versions_wait(client, pile):
    answer = client.get("/project/foo/")
    assert answer.status_code == 200
    assert faults(answer) == []
    text = " ".join(soup(answer).main.text.split())
    assert "One newer version is held back until it is old enough." in text
    assert "It is served from Nov 28, 2026" in text
