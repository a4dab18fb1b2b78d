from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.accounts import queries
from app.accounts.actors import Actor
from app.accounts.models import Account, LoginDelay
from app.core.security import needs_rehash
from app.extensions import db
from app.indexes.permissions import may_publish_names
from app.indexes.queries import get_index
from app.journal.models import Entry
from tests.accounts.doors import NEW, PERSON, is_logged_in, log_in, register
from tests.factories import PASSWORD, make_account

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_somebody_registers_and_logs_in(client):
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/account/login")
    assert log_in(client, "ada", NEW).location == "/account"
    assert "ada@example.com" in client.get("/account").text


def test_who_registers_may_not_publish(client):
    register(client)
    account = queries.get_account("ada")
    assert not account.is_admin
    assert not may_publish_names(_actor(account), get_index())


def test_a_username_is_taken_whatever_its_case(client):
    make_account("Ada")
    answer = register(client)
    assert answer.status_code == 409
    assert "This username is taken" in answer.text


@pytest.mark.parametrize("name", ["admin", "Root", "no.reply", "__token__", "operator"])
def test_reserved_names_are_refused(client, name):
    assert register(client, username=name).status_code in {400, 409}
    assert queries.find_by_username(name) is None


@pytest.mark.parametrize("name", ["-ada", "ada-", "a da", "ada@home", "ä", "a" * 51, "", "a\nb"])
def test_bad_usernames_are_refused(client, name):
    assert register(client, username=name).status_code == 400
    assert db.session.scalars(select(Account)).all() == []


@pytest.mark.parametrize("address", ["ada", "ada@", "ada@host", "@example.com", "a b@example.com"])
def test_bad_addresses_are_refused(client, address):
    assert register(client, email=address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "ada@corp.internal",
        "ada@mail.test",
        "ada@example.com",
        "ada@bücher.example",
        "ada@localhost",
    ],
)
def test_addresses_of_an_intranet_are_fine(client, address):
    assert register(client, email=address).status_code == 303


@pytest.mark.parametrize(
    "password", ["short", "password1", "12345678", "aaaaaaaaaa", "ada@example.com"]
)
def test_bad_passwords_are_refused(client, password):
    assert register(client, password=password, again=password).status_code == 400


def test_too_long_passwords_are_refused(client):
    assert register(client, password="ab!d" * 251, again="ab!d" * 251).status_code == 400


def test_values_are_kept_but_never_passwords(client):
    answer = register(client, username="-", password="a secret of mine", again="another")
    assert 'value="Ada"' in answer.text
    assert 'value="ada@example.com"' in answer.text
    assert "a secret of mine" not in answer.text


def test_a_name_without_markup_is_demanded(client):
    assert register(client, name="<b>").status_code == 400


def test_a_taken_address_is_answered_like_a_free_one(client, post):
    make_account("grace", email="ada@example.com")
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/account/login")
    assert queries.find_by_username("ada") is None
    assert "You have an account" in post.letters("ada")[0]
    free = register(client, username="bob", email="bob@example.com")
    assert (free.status_code, free.location) == (answer.status_code, answer.location)


def test_an_address_is_taken_whatever_its_case(client):
    make_account("grace", email="ada@example.com")
    register(client, email="ADA@Example.COM")
    assert queries.find_by_username("ada") is None


@pytest.mark.parametrize(
    ("how", "sentence"), [("closed", "Nobody can"), ("invite", "an invitation")]
)
def test_registration_can_be_closed(app, client, monkeypatch, how, sentence):
    monkeypatch.setitem(app.config, "REGISTRATION", how)
    for answer in (client.get("/account/register"), register(client)):
        assert answer.status_code == 403
        assert sentence in answer.text
    assert queries.find_by_username("ada") is None


def test_many_registrations_from_one_place_must_wait(client, now):
    now(NOON)
    answers = [register(client, username=f"p{n}", email=f"p{n}@a.test") for n in range(22)]
    assert [answer.status_code for answer in answers] == [303] * 21 + [429]


def test_log_in_by_username_or_address(app):
    make_account("Grace", email="Grace@Example.com")
    for login in ("grace", " GRACE ", "grace@example.com", "Grace@example.COM"):
        client = app.test_client()
        assert log_in(client, login).status_code == 303
        assert is_logged_in(client)


def test_wrong_passwords_and_unknown_names_are_answered_alike(client):
    make_account("grace")
    wrong = log_in(client, "grace", "wrong password")
    unknown = log_in(client, "nobody", "wrong password")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("grace", "nobody") == unknown.text


def test_wrong_passwords_and_unknown_names_take_the_same_work(client, queries, monkeypatch):
    make_account("grace")
    checks = []
    monkeypatch.setattr("app.accounts.auth.verify_password", lambda *args: checks.append(args))
    log_in(client, "somebody first", "wrong")
    work = []
    for login in ("grace", "nobody"):
        queries.clear()
        log_in(client, login, "wrong")
        work.append([statement.partition("WHERE")[0] for statement in queries])
    assert len(checks) == 3
    assert work[0] == work[1]


def test_names_that_no_database_could_hold_are_just_unknown(client):
    assert log_in(client, "a\x00b").status_code == 403


def test_a_closed_account_says_so_only_to_its_owner(client):
    make_account("grace", is_active=False)
    assert "closed" not in log_in(client, "grace", "wrong").text
    answer = log_in(client, "grace")
    assert "This account is closed" in answer.text
    assert not is_logged_in(client)


def test_a_session_ends_when_the_account_is_closed(client):
    account = make_account("grace")
    log_in(client, "grace")
    db.session.get(Account, account.id).is_active = False
    db.session.commit()
    assert not is_logged_in(client)


def test_failed_log_ins_must_wait_longer_and_longer(client, now):
    make_account("grace")
    now(NOON)
    assert [log_in(client, "grace", "wrong").status_code for _ in range(5)] == [403] * 5
    refused = log_in(client, "grace")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3"
    assert "Please wait 3 seconds" in refused.text
    now(NOON + timedelta(seconds=3))
    assert log_in(client, "grace", "wrong").status_code == 403
    assert log_in(client, "grace").headers["Retry-After"] == "5"


def test_a_delay_locks_nobody_else_out(app, client, now):
    make_account("grace")
    make_account("ada")
    now(NOON)
    for _ in range(6):
        log_in(client, "grace", "wrong")
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert log_in(elsewhere, "grace").status_code == 303
    assert log_in(client, "ada").status_code == 303


def test_a_delay_is_forgotten_after_success(client, now):
    make_account("grace")
    now(NOON)
    for _ in range(4):
        log_in(client, "grace", "wrong")
    assert log_in(client, "grace").status_code == 303
    client.post("/account/logout")
    assert [log_in(client, "grace", "wrong").status_code for _ in range(5)] == [403] * 5


def test_trying_many_names_from_one_place_must_wait(client, now):
    now(NOON)
    answers = [log_in(client, f"name{n}", "wrong").status_code for n in range(32)]
    assert answers == [403] * 31 + [429]


def test_delays_know_neither_names_nor_addresses(client):
    log_in(client, "grace", "wrong")
    keys = db.session.scalars(select(LoginDelay.key)).all()
    assert keys
    assert all(len(key) == 64 for key in keys)


def test_old_delays_are_swept(client, now):
    now(NOON)
    log_in(client, "grace", "wrong")
    now(NOON + timedelta(hours=2))
    log_in(client, "ada", "wrong")
    assert {row.last_failed_at for row in db.session.scalars(select(LoginDelay))} == {
        NOON + timedelta(hours=2)
    }


def test_a_hash_is_made_stronger_by_logging_in(client):
    account = make_account("grace")
    db.session.get(Account, account.id).password_hash = _weak_hash()
    db.session.commit()
    assert log_in(client, "grace").status_code == 303
    stored = queries.get_account("grace").password_hash
    assert not needs_rehash(stored)
    client.post("/account/logout")
    assert log_in(client, "grace").status_code == 303


def test_the_next_page_is_opened_after_logging_in(client):
    make_account("grace")
    login_page = client.get("/account/password").location
    answer = client.post(login_page, data={"login": "grace", "password": PASSWORD})
    assert answer.location == "/account/password"


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:x"]
)
def test_the_next_page_stays_on_this_site(client, target):
    make_account("grace")
    answer = client.post(
        "/account/login",
        query_string={"next": target},
        data={"login": "grace", "password": PASSWORD},
    )
    assert answer.location == "/account"


def test_who_is_logged_in_need_not_log_in(client):
    make_account("grace")
    log_in(client, "grace")
    assert client.get("/account/login").location == "/account"


def test_the_session_begins_empty(client):
    make_account("grace")
    with client.session_transaction() as session:
        session["planted"] = "by a stranger"
    log_in(client, "grace")
    with client.session_transaction() as session:
        assert "planted" not in session


def test_logging_out_ends_the_session_and_forgets_the_browser(client):
    make_account("grace")
    log_in(client, "grace", remember="y")
    assert client.post("/account/logout").status_code == 303
    assert client.get_cookie("remember_token") is None
    assert not is_logged_in(client)


def test_logging_out_takes_a_post(client):
    assert client.get("/account/logout").status_code == 405


def test_strangers_can_log_out(client):
    assert client.post("/account/logout").status_code == 303


def test_a_browser_is_remembered_for_thirty_days(client):
    make_account("grace")
    log_in(client, "grace", remember="y")
    cookie = client.get_cookie("remember_token")
    assert timedelta(days=29) < cookie.expires - datetime.now(UTC) <= timedelta(days=30)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    client.delete_cookie("session")
    assert is_logged_in(client)


def test_a_browser_is_not_remembered_unasked(client):
    make_account("grace")
    log_in(client, "grace")
    assert client.get_cookie("remember_token") is None


def test_a_forged_session_is_nobody(client):
    account = make_account("grace")
    for forged in (f"{account.id}:wrong", "x:y", f"{account.id}", f"99999:{account.session_key}"):
        with client.session_transaction() as session:
            session["_user_id"] = forged
        assert not is_logged_in(client)


def test_pages_about_somebody_stay_out_of_caches(client):
    make_account("grace")
    log_in(client, "grace")
    assert client.get("/account").headers["Cache-Control"] == "no-store"


def test_strangers_are_sent_to_log_in(client):
    for path in ("/account", "/account/name", "/account/password", "/account/tokens"):
        answer = client.get(path)
        assert answer.location.startswith("/account/login?next="), path


def test_the_journal_knows_what_happened_and_no_secret(client):
    register(client)
    log_in(client, "ada", "my wrong password")
    log_in(client, "my password by mistake", "x")
    log_in(client, "ada", NEW)
    client.post("/account/logout")
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [entry.tag for entry in entries] == [
        "account-opened",
        "confirmation-asked",
        "login-failed",
        "login-failed",
        "logged-in",
        "logged-out",
    ]
    written = " ".join(f"{entry.actor} {entry.details}" for entry in entries)
    assert "password" not in written
    assert NEW not in written


def test_forms_show_their_rules_to_the_browser(client):
    page = client.get("/account/register").text
    assert 'maxlength="50"' in page
    assert 'minlength="8"' in page
    assert "pattern=" in page
    assert 'autocomplete="new-password"' in page
    assert set(PERSON) <= {part.split('"')[0] for part in page.split('name="')[1:]}


def _actor(account):
    return Actor(account.id, account.username)


def _weak_hash():
    return PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
