"""What administrators do to accounts, and what nobody may do to the last of them."""

import pytest
from sqlalchemy import select

from app.accounts import administration as deeds
from app.accounts import links, tokens
from app.accounts.actors import NOBODY, OPERATOR, Actor, Key
from app.accounts.auth import find_by_session
from app.accounts.exceptions import (
    AccountClosed,
    LastAdministrator,
    NotAdministrator,
    NotOneself,
)
from app.core.database import transaction
from app.core.exceptions import Unauthenticated
from app.extensions import db
from app.indexes.permissions import may_publish_names
from app.indexes.queries import get_index
from app.journal.models import Entry
from tests.factories import basic, make_account, make_token, sign_in

DEEDS = [
    lambda actor, account: deeds.freeze(actor, account.id, "Spam"),
    lambda actor, account: deeds.unfreeze(actor, account.id),
    lambda actor, account: deeds.make_administrator(actor, account.id),
    lambda actor, account: deeds.unmake_administrator(actor, account.id),
    lambda actor, account: deeds.revoke_tokens(actor, account.id),
    lambda actor, account: deeds.order_reset_link(actor, account.id),
    lambda actor, account: deeds.confirm_address(actor, account.id),
    lambda actor, account: deeds.let_upload(actor, account.id, "main"),
]


def actor_of(account):
    return Actor(account.id, account.username, is_admin=account.is_admin, has_confirmed_email=True)


def do(deed, *values):
    with transaction():
        return deed(*values)


@pytest.fixture
def boss(app):
    return make_account("boss", is_admin=True)


@pytest.fixture
def ada(app):
    return make_account("ada")


@pytest.mark.parametrize("deed", DEEDS, ids=range(len(DEEDS)))
@pytest.mark.parametrize("who", ["nobody", "somebody", "token", "frozen", "demoted"])
def test_only_administrators_decide_and_only_those_who_still_are(app, boss, ada, deed, who):
    other = make_account("other", is_admin=who in {"frozen", "demoted"})
    actor = {"nobody": NOBODY, "token": Actor(boss.id, "boss", True, True, Key(1, "upload"))}.get(
        who, actor_of(other)
    )
    other.is_active, other.is_admin = who != "frozen", False
    db.session.commit()
    with pytest.raises((Unauthenticated, NotAdministrator)), transaction():
        deed(actor, ada)
    db.session.expire_all()
    assert (ada.is_active, ada.is_admin) == (True, False)


def test_the_sessions_of_a_frozen_account_end_at_once_and_for_good(client, boss, ada):
    session_id = ada.get_id()
    sign_in(client, ada)
    assert client.get("/account").status_code == 200
    do(deeds.freeze, actor_of(boss), ada.id, "Spam")
    assert client.get("/account").status_code == 302
    do(deeds.unfreeze, actor_of(boss), ada.id)
    assert find_by_session(session_id) is None


def test_the_tokens_of_a_frozen_account_stop_at_once(app, client, boss, ada):
    secret = make_token(ada)
    assert tokens.authenticate(secret).is_known
    do(deeds.freeze, actor_of(boss), ada.id, "Spam")
    assert not tokens.authenticate(secret).is_known
    assert client.post("/legacy/", headers=basic(secret)).status_code == 401
    do(deeds.unfreeze, actor_of(boss), ada.id)
    assert tokens.authenticate(secret).is_known


def test_nobody_logs_in_to_a_frozen_account(client, boss, ada):
    do(deeds.freeze, actor_of(boss), ada.id, "Spam")
    answer = client.post(
        "/account/login", data={"login": "ada", "password": "correct horse battery"}
    )
    assert answer.status_code == 403


def test_a_reset_link_that_was_sent_does_not_open_a_frozen_account(app, boss, ada):
    with transaction():
        secret = links.make_link(ada.primary_email.id, links.RESET)
    do(deeds.freeze, actor_of(boss), ada.id, "Spam")
    with pytest.raises(links.LinkDead):
        links.get_link(secret, links.RESET)


def test_freezing_keeps_when_and_why(app, boss, ada):
    do(deeds.freeze, actor_of(boss), ada.id, " Sends \n spam ")
    assert (ada.is_active, ada.frozen_reason) == (False, "Sends spam")
    assert ada.frozen_at is not None
    do(deeds.unfreeze, actor_of(boss), ada.id)
    assert (ada.is_active, ada.frozen_reason, ada.frozen_at) == (True, "", None)


def test_administrators_cannot_lock_themselves_out(app, boss):
    make_account("second", is_admin=True)
    for deed in (deeds.unmake_administrator, lambda *who: deeds.freeze(*who, "x")):
        with pytest.raises(NotOneself), transaction():
            deed(actor_of(boss), boss.id)


def test_the_last_administrator_stays_whoever_asks(app, boss):
    make_account("frozen", is_admin=True, is_active=False)
    for deed in (deeds.unmake_administrator, lambda *who: deeds.freeze(*who, "x")):
        with pytest.raises(LastAdministrator), transaction():
            deed(OPERATOR, boss.id)
    assert (boss.is_admin, boss.is_active) == (True, True)


def test_the_last_but_one_administrator_may_go(app, boss):
    second = make_account("second", is_admin=True)
    do(deeds.unmake_administrator, actor_of(boss), second.id)
    assert not second.is_admin


def test_an_administrator_is_made(app, boss, ada):
    do(deeds.make_administrator, actor_of(boss), ada.id)
    assert ada.is_admin


def test_no_frozen_account_becomes_an_administrator_or_gets_a_link(app, boss, ada):
    do(deeds.freeze, actor_of(boss), ada.id, "Spam")
    for deed in (deeds.make_administrator, deeds.order_reset_link):
        with pytest.raises(AccountClosed), transaction():
            deed(actor_of(boss), ada.id)


def test_all_tokens_are_revoked_together(app, boss, ada):
    secrets = [make_token(ada) for _ in range(3)]
    assert do(deeds.revoke_tokens, actor_of(boss), ada.id) == 3
    assert not any(tokens.authenticate(secret).is_known for secret in secrets)
    assert do(deeds.revoke_tokens, actor_of(boss), ada.id) == 0


def test_an_ordered_reset_link_comes_by_mail(app, boss, ada):
    with app.test_request_context():
        do(deeds.order_reset_link, actor_of(boss), ada.id)
    assert db.session.scalars(select(links.MailLink)).one().email.account_id == ada.id


def test_an_address_is_confirmed_by_hand(app, boss):
    eve = make_account("eve", confirmed=False)
    do(deeds.confirm_address, actor_of(boss), eve.id)
    assert eve.primary_email.confirmed_at is not None


def test_an_account_is_let_upload(app, boss):
    eve = make_account("eve", uploads=False)
    do(deeds.let_upload, actor_of(boss), eve.id, "main")
    assert may_publish_names(actor_of(eve), get_index())


def test_all_of_it_is_written_down_with_who_did_it_and_to_whom(app, boss):
    eve = make_account("eve", confirmed=False, uploads=False)
    make_token(eve)
    with app.test_request_context():
        for deed in (2, 3, 4, 5, 6, 7, 0, 1):
            do(DEEDS[deed], actor_of(boss), eve)
    wanted = select(Entry).where(Entry.actor == "boss").order_by(Entry.id)
    entries = list(db.session.scalars(wanted))
    assert [entry.tag for entry in entries] == [
        "administrator-made",
        "administrator-unmade",
        "tokens-revoked",
        "reset-link-ordered",
        "email-confirmed",
        "upload-allowed",
        "account-frozen",
        "account-unfrozen",
    ]
    assert {entry.about for entry in entries} == {"eve"}
