import contextvars
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.accounts import auth, services
from app.accounts.actors import NOBODY
from app.accounts.auth import BadToken, any_actor, session_actor, token_actor
from app.accounts.exceptions import BadLogin
from app.accounts.models import Account, ApiToken
from app.core.database import transaction
from app.extensions import db
from tests.factories import basic, make_account, make_token

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def seen(app, find, **headers):
    """Return who is acting in a request with these headers, and a context of its own."""

    def ask():
        with app.test_request_context(headers=headers):
            return find()

    db.session.close()
    return contextvars.Context().run(ask)


def last_use():
    db.session.expire_all()
    return db.session.scalars(select(ApiToken.last_used_at)).one()


def test_nobody_shows_nothing(app):
    assert seen(app, token_actor) is NOBODY
    assert seen(app, session_actor) is NOBODY
    assert not seen(app, any_actor).is_known


def test_a_token_says_who_acts_and_how_far(app):
    secret = make_token(make_account("grace"), scope="read", project="attic")
    actor = seen(app, token_actor, **basic(secret))
    assert (actor.username, actor.has_confirmed_email) == ("grace", True)
    assert (actor.key.scope, actor.key.project) == ("read", "attic")
    assert seen(app, any_actor, **basic(secret)) == actor


@pytest.mark.parametrize("scheme", ["Bearer", "token"])
def test_a_token_is_shown_in_other_ways(app, scheme):
    secret = make_token(make_account("grace"))
    assert seen(app, token_actor, Authorization=f"{scheme} {secret}").username == "grace"


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Bearer wrong", "Digest x=1", "", "Basic X190b2tlbl9fOg=="]
)
def test_what_is_no_token_is_refused_and_not_passed_over(app, header):
    with pytest.raises(BadToken):
        seen(app, token_actor, Authorization=header)


def test_an_expired_token_is_refused(app, now):
    now(NOON)
    secret = make_token(make_account("grace"), days=1)
    now(NOON + timedelta(days=1))
    with pytest.raises(BadToken):
        seen(app, token_actor, **basic(secret))


def test_the_token_of_a_closed_account_is_refused(app):
    account = make_account("grace")
    secret = make_token(account)
    db.session.get(Account, account.id).is_active = False
    db.session.commit()
    with pytest.raises(BadToken):
        seen(app, any_actor, **basic(secret))


def test_the_use_of_a_token_is_noted_now_and_then(app, now):
    secret = make_token(make_account("grace"))
    now(NOON)
    seen(app, token_actor, **basic(secret))
    assert last_use() == NOON
    now(NOON + timedelta(minutes=9))
    seen(app, token_actor, **basic(secret))
    assert last_use() == NOON
    now(NOON + timedelta(minutes=11))
    seen(app, token_actor, **basic(secret))
    assert last_use() == NOON + timedelta(minutes=11)


def test_a_busy_database_keeps_nobody_out(app, monkeypatch):
    secret = make_token(make_account("grace"))

    def refuse(_number):
        raise OperationalError("update", {}, Exception("database is locked"))

    monkeypatch.setattr(auth.tokens, "note_use", refuse)
    assert seen(app, token_actor, **basic(secret)).username == "grace"


def test_a_token_is_looked_up_once_in_a_request(app, queries):
    secret = make_token(make_account("grace"))

    def twice():
        token_actor()
        queries.clear()
        return token_actor()

    assert seen(app, twice, **basic(secret)).username == "grace"
    assert queries == []


def test_a_password_that_changed_while_it_was_checked_does_not_log_in(app):
    account = make_account("grace")
    old_hash = account.password_hash
    with transaction():
        services.change_password(account.id, "four unrelated words")
    with pytest.raises(BadLogin), transaction():
        services.log_in(account.id, checked_hash=old_hash, new_hash=None)


def test_cookies_are_for_tls_only_behind_tls(app, client, monkeypatch):
    for name in ("SESSION_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE"):
        monkeypatch.setitem(app.config, name, True)
    make_account("grace")
    data = {"login": "grace", "password": "correct horse battery", "remember": "y"}
    answer = client.post("/account/login", data=data, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie
        assert "; SameSite=Lax" in cookie
