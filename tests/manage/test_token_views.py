import re
from datetime import timedelta

import pytest

from app.accounts import keys, tokens
from app.accounts.actors import Key
from app.core import clock
from tests.factories import PASSWORD, make_account, make_token


@pytest.fixture
def grace(client):
    """Give an account that is logged in with the client."""
    account = make_account("grace")
    client.post("/account/login", data={"login": "grace", "password": PASSWORD})
    return account


def make(client, **changes):
    facts = {"name": "laptop", "scope": "upload", "project": "", "days": "90"} | changes
    return client.post("/account/tokens", data=facts)


def shown(answer):
    return re.search(r"tilsit-[\w-]{43}", answer.text)[0]


def test_a_token_is_made_and_shown_once(client, grace):
    answer = make(client)
    secret = shown(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert tokens.authenticate(secret).username == "grace"
    page = client.get("/account/tokens").text
    assert "laptop" in page
    assert secret not in page


def test_a_token_carries_its_limits(client, grace):
    actor = tokens.authenticate(shown(make(client, scope="read", project="My_Project")))
    assert (actor.key.scope, actor.key.project) == ("read", "my-project")


def test_a_token_expires(client, grace, now):
    secret = shown(make(client, days="7"))
    start = clock.now()
    now(start + timedelta(days=6, hours=23))
    assert tokens.authenticate(secret).is_known
    now(start + timedelta(days=7, minutes=1))
    assert not tokens.authenticate(secret).is_known
    client.post("/account/login", data={"login": "grace", "password": PASSWORD})
    assert "expired" in client.get("/account/tokens").text


def test_a_token_may_last_for_ever(client, grace, now):
    secret = shown(make(client, days=""))
    now(clock.now() + timedelta(days=9999))
    assert tokens.authenticate(secret).is_known


def test_a_token_is_revoked(client, grace):
    secret = shown(make(client))
    number = tokens.authenticate(secret).key.token_id
    assert client.post(f"/account/tokens/{number}/revoke").location == "/account/tokens"
    assert not tokens.authenticate(secret).is_known
    assert client.post(f"/account/tokens/{number}/revoke").status_code == 404


def test_a_token_of_somebody_else_is_out_of_reach(client, grace):
    strange = tokens.authenticate(make_token(make_account("ada"))).key.token_id
    assert client.post(f"/account/tokens/{strange}/revoke").status_code == 404
    assert "token 1" not in client.get("/account/tokens").text


def test_two_tokens_cannot_have_one_name(client, grace):
    make(client)
    answer = make(client, name=" laptop ")
    assert answer.status_code == 409
    assert "of this name already" in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"scope": "admin"},
        {"project": "-bad-"},
        {"project": "x" * 201},
        {"days": "-1"},
        {"days": "100000"},
    ],
)
def test_bad_wishes_are_refused(client, grace, changes):
    assert make(client, **changes).status_code == 400
    assert tokens.list_tokens(grace.id) == []


def test_nobody_has_tokens_without_end(client, grace, monkeypatch):
    monkeypatch.setattr(keys, "MOST_TOKENS", 2)
    statuses = [make(client, name=f"token {n}").status_code for n in range(3)]
    assert statuses == [200, 200, 409]


def test_a_key_reaches_what_it_is_for():
    key = Key(1, "upload", "main", "mine")
    assert key.reaches("main", "mine")
    assert key.reaches("main")
    assert not key.reaches("main", "other")
    assert not key.reaches("other", "mine")


@pytest.mark.parametrize("number", ["2147483648", "9" * 25, "9" * 5_000])
def test_a_number_that_no_database_holds_is_not_found(client, grace, number):
    assert client.post(f"/account/tokens/{number}/revoke").status_code == 404
