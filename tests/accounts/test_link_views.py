from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts import queries
from app.accounts.models import Account, MailLink
from app.core.models import Job
from app.extensions import db
from tests.accounts.doors import NEW, is_logged_in, log_in, register
from tests.factories import PASSWORD, make_account

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def ask(client, login):
    return client.post("/account/reset", data={"login": login})


def reset(client, link, password=NEW):
    return client.post(link, data={"password": password, "again": password})


def is_confirmed(username):
    return queries.get_account(username).primary_email.confirmed_at is not None


def test_an_address_is_confirmed_by_a_button_behind_the_link(client, post):
    register(client)
    link = post.link("ada")
    assert "ada@example.com" in client.get(link).text
    assert not is_confirmed("ada")
    answer = client.post(link)
    assert (answer.status_code, answer.location) == (303, "/account/login")
    assert is_confirmed("ada")


def test_a_confirming_link_works_once(client, post):
    register(client)
    link = post.link("ada")
    client.post(link)
    assert client.post(link).status_code == 410
    assert client.get(link).status_code == 410


def test_a_confirming_link_works_for_three_days(client, post, now):
    now(NOON)
    register(client)
    now(NOON + timedelta(days=3, seconds=-1))
    assert client.get(post.link("ada")).status_code == 200
    now(NOON + timedelta(days=3))
    assert client.post(post.link("ada")).status_code == 410
    assert not is_confirmed("ada")


def test_the_confirmation_is_sent_again(client, post):
    register(client)
    log_in(client, "ada", NEW)
    first = post.link("ada")
    assert client.post("/account/confirmation").status_code == 303
    assert client.post(first).status_code == 410
    assert client.post(post.link("ada")).location == "/account"
    assert is_confirmed("ada")


def test_a_stranger_is_written_no_text_that_others_chose(client, post):
    register(client, name="Pay at https://evil.example/bill")
    register(client, username="eve", name="Pay at https://evil.example/bill")
    ask(client, "ada")
    letters = post.letters("ada")
    assert len(letters) == 3
    assert "evil.example" not in "".join(letters)
    client.post(post.link("ada"), data={"password": NEW, "again": NEW})
    ask(client, "ada")
    assert "evil.example" in post.letters("ada")[-1]


def test_a_confirmed_address_gets_no_other_mail(client, post):
    make_account("grace")
    log_in(client, "grace")
    client.post("/account/confirmation")
    assert post.letters() == []


def test_a_mailbox_is_not_flooded(client, post):
    register(client)
    log_in(client, "ada", NEW)
    for _ in range(10):
        assert client.post("/account/confirmation").status_code == 303
    assert len(post.letters("ada")) == 6


@pytest.mark.parametrize("login", ["grace", "Grace@Example.com"])
def test_a_forgotten_password_is_set_anew(client, post, login):
    make_account("grace", email="grace@example.com")
    ask(client, login)
    link = post.link("grace")
    assert "grace" in client.get(link).text
    assert reset(client, link).location == "/account"
    assert is_logged_in(client)
    client.post("/account/logout")
    assert log_in(client, "grace").status_code == 403
    assert log_in(client, "grace", NEW).status_code == 303


def test_the_owner_is_told_of_a_reset(client, post):
    make_account("grace")
    ask(client, "grace")
    reset(client, post.link("grace"))
    assert "was changed" in post.letters("grace")[-1]


def test_a_reset_proves_the_address(client, post):
    make_account("grace", confirmed=False)
    ask(client, "grace")
    reset(client, post.link("grace"))
    assert is_confirmed("grace")


def test_asking_for_a_reset_is_answered_the_same_for_nobody(client, post):
    make_account("grace")
    known, unknown = ask(client, "grace"), ask(client, "nobody")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    assert len(post.letters()) == 1


def test_asking_for_a_reset_takes_the_same_work_for_nobody(app, client, queries, monkeypatch):
    # The worker does the rest; what counts is the answer.
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)
    make_account("grace")
    ask(client, "somebody first")
    work = []
    for login in ("grace", "nobody"):
        queries.clear()
        ask(client, login)
        work.append([statement.partition("WHERE")[0] for statement in queries])
    assert work[0] == work[1]
    assert len(db.session.scalars(select(Job)).all()) == 3


def test_a_reset_link_works_once(client, post):
    make_account("grace")
    ask(client, "grace")
    link = post.link("grace")
    reset(client, link)
    assert reset(client, link, "another four words").status_code == 410
    assert log_in(client, "grace", "another four words").status_code != 200


def test_a_reset_link_works_for_one_hour(client, post, now):
    make_account("grace")
    now(NOON)
    ask(client, "grace")
    link = post.link("grace")
    now(NOON + timedelta(hours=1))
    assert client.get(link).status_code == 410
    assert reset(client, link).status_code == 410


def test_only_the_newest_reset_link_works(client, post):
    make_account("grace")
    ask(client, "grace")
    first = post.link("grace")
    ask(client, "grace")
    assert reset(client, first).status_code == 410
    assert reset(client, post.link("grace")).status_code == 303


def test_a_reset_link_dies_with_a_change_of_password(app, client, post):
    make_account("grace")
    ask(client, "grace")
    link = post.link("grace")
    log_in(client, "grace")
    changed = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/account/password", data=changed).status_code == 303
    assert reset(app.test_client(), link, "another four words").status_code == 410


def test_a_link_is_for_its_purpose_only(client, post):
    register(client)
    secret = post.link("ada").rpartition("/")[2]
    assert reset(client, f"/account/reset/{secret}").status_code == 410


def test_only_the_digest_of_a_link_is_kept(client, post):
    make_account("grace")
    ask(client, "grace")
    secret = post.link("grace").rpartition("/")[2]
    assert db.session.scalars(select(MailLink.digest)).one() != secret
    assert db.session.scalars(select(Job)).all() == []


def test_a_reset_ends_all_sessions(app, client, post):
    make_account("grace")
    log_in(client, "grace", remember="y")
    ask(app.test_client(), "grace")
    reset(app.test_client(), post.link("grace"))
    assert not is_logged_in(client)


def test_a_weak_password_leaves_the_link_alive(client, post):
    make_account("grace")
    ask(client, "grace")
    link = post.link("grace")
    answer = reset(client, link, "password123")
    assert answer.status_code == 400
    assert "too easy to guess" in answer.text
    assert reset(client, link).status_code == 303


def test_a_closed_account_is_not_reset(client, post):
    account = make_account("grace")
    ask(client, "grace")
    link = post.link("grace")
    db.session.get(Account, account.id).is_active = False
    db.session.commit()
    assert reset(client, link).status_code == 403
    ask(client, "grace")
    assert len(post.letters()) == 1


def test_asking_again_and_again_must_wait(client, now):
    now(NOON)
    answers = [ask(client, "grace") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303] * 4 + [429]
    assert answers[-1].headers["Retry-After"] == "31"


def test_no_account_gets_more_than_a_few_reset_mails(app, client, post):
    make_account("grace")
    for number in range(9):
        elsewhere = app.test_client()
        elsewhere.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert ask(elsewhere, "grace").status_code == 303
    assert len(post.letters()) == 6


def test_links_do_not_lead_where_the_host_header_says(client, post):
    make_account("grace")
    client.post("/account/reset", data={"login": "grace"}, headers={"Host": "evil.test"})
    assert "evil.test" not in post.letters("grace")[0]
    assert "http://127.0.0.1:5000/account/reset/" in post.letters("grace")[0]


def test_links_lead_to_the_address_of_the_site(app, client, post, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://pkgs.corp.test/py")
    make_account("grace")
    client.post("/account/reset", data={"login": "grace"}, headers={"Host": "evil.test"})
    assert "https://pkgs.corp.test/py/account/reset/" in post.letters("grace")[0]
