"""With the protection switched on, as in every real installation."""

import re

import pytest

from app.accounts import tokens
from tests.accounts.doors import PERSON
from tests.factories import PASSWORD, make_account

FORMS = {
    "/account/register": PERSON,
    "/account/login": {"login": "grace", "password": PASSWORD},
    "/account/logout": {},
    "/account/name": {"name": "Other"},
    "/account/password": {"current": PASSWORD, "password": "a b c d e f", "again": "a b c d e f"},
    "/account/language": {"locale": "de"},
    "/account/confirmation": {},
    "/account/confirm/secret": {},
    "/account/reset": {"login": "grace"},
    "/account/reset/secret": {"password": "a b c d e f", "again": "a b c d e f"},
    "/account/tokens": {"name": "x", "scope": "read", "days": ""},
    "/account/tokens/1/revoke": {},
}


@pytest.fixture
def guarded(app, monkeypatch):
    """Give a browser at an installation that checks where forms come from."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app.test_client()


def token_of(client, path):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)[1]


def enter(client):
    csrf = token_of(client, "/account/login")
    data = {"login": "grace", "password": PASSWORD, "csrf_token": csrf}
    return client.post("/account/login", data=data)


@pytest.mark.parametrize("path", FORMS)
def test_forms_of_strange_sites_are_refused(guarded, path):
    make_account("grace")
    if path not in {"/account/register", "/account/login"}:
        assert enter(guarded).status_code == 303
    assert guarded.post(path, data=FORMS[path]).status_code == 400


def test_every_form_of_accounts_is_on_the_list(app):
    posts = {
        re.sub(r"<int\S*:\w+>", "1", re.sub(r"<\w+>", "secret", rule.rule))
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and rule.rule.startswith("/account")
    }
    assert posts == set(FORMS)


def test_the_token_of_another_session_is_refused(app, guarded):
    make_account("grace")
    strange = token_of(app.test_client(), "/account/login")
    guarded.get("/account/login")
    data = {"login": "grace", "password": PASSWORD, "csrf_token": strange}
    assert guarded.post("/account/login", data=data).status_code == 400


def test_our_own_forms_pass(guarded):
    account = make_account("grace")
    assert enter(guarded).status_code == 303
    data = {"name": "laptop", "scope": "read", "days": "", "project": ""}
    csrf = token_of(guarded, "/account/tokens")
    assert guarded.post("/account/tokens", data=data | {"csrf_token": csrf}).status_code == 200
    assert len(tokens.list_tokens(account.id)) == 1


def test_a_form_that_is_too_old_says_so(guarded):
    answer = guarded.post("/account/login", data=FORMS["/account/login"])
    assert "This form is too old" in answer.text
