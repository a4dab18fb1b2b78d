import pytest
from sqlalchemy import select

from app.accounts import queries
from app.accounts.actors import Actor
from app.core.security import verify_password
from app.extensions import db
from app.indexes.models import Index
from app.indexes.permissions import may_publish_names
from app.indexes.queries import get_index
from app.journal.models import Entry
from tests.factories import PASSWORD, make_account, make_index


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""

    def run(*words, given=None):
        return app.test_cli_runner().invoke(args=["user", *words], input=given)

    return run


def may_publish(username, slug="main"):
    account = queries.get_account(username)
    return may_publish_names(Actor(account.id, account.username), get_index(slug))


def test_an_account_is_opened_with_a_password_that_is_printed(flask):
    result = flask("create", "ada", "ada@corp.internal")
    account = queries.get_account("ada")
    assert verify_password(account.password_hash, result.stdout.removesuffix("\n"))
    assert account.primary_email.confirmed_at is not None
    assert not account.is_admin
    assert may_publish("ada")


def test_an_account_is_frozen_and_used_again(flask):
    make_account("ada")
    assert flask("freeze", "Ada", "--reason", "Spam").exit_code == 0
    account = queries.get_account("ada")
    assert (account.is_active, account.frozen_reason) == (False, "Spam")
    assert flask("unfreeze", "ada").exit_code == 0
    assert queries.get_account("ada").is_active


def test_an_account_is_made_an_administrator_but_the_last_one_stays(flask):
    make_account("ada")
    assert flask("admin", "ada", "on").exit_code == 0
    assert queries.get_account("ada").is_admin
    result = flask("admin", "ada", "off")
    assert (result.exit_code, queries.get_account("ada").is_admin) == (1, True)
    assert "last administrator" in result.stderr


def test_a_password_comes_by_standard_input(flask):
    result = flask("create", "ada", "ada@a.test", "--password-stdin", given=f"{PASSWORD}\nmore")
    assert result.stdout == ""
    assert verify_password(queries.get_account("ada").password_hash, PASSWORD)


def test_no_password_is_no_password(flask):
    result = flask("create", "ada", "ada@a.test", "--password-stdin", given="")
    assert result.exit_code == 1
    assert queries.find_by_username("ada") is None


def test_an_account_is_opened_that_may_not_upload(flask):
    flask("create", "ada", "ada@a.test", "--no-upload")
    assert not may_publish("ada")


def test_an_admin_is_opened_under_a_reserved_name(flask):
    assert flask("create", "admin", "admin@a.test", "--admin").exit_code == 0
    assert queries.get_account("admin").is_admin


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Grace", "new@a.test"), "This username is taken"),
        (("new", "GRACE@example.com"), "Another account has this e-mail address"),
        (("-", "new@a.test"), "A username has"),
        (("new", "nowhere"), "not an e-mail address"),
    ],
)
def test_what_cannot_be_is_said(flask, words, message):
    make_account("grace")
    result = flask("create", *words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_a_weak_password_is_refused(flask):
    result = flask("create", "ada", "ada@a.test", "--password-stdin", given="password1\n")
    assert "too easy to guess" in result.stderr


def test_an_account_is_allowed_to_upload(flask):
    make_account("ada", uploads=False)
    assert flask("allow-upload", "ada").exit_code == 0
    assert may_publish("ada")


def test_an_account_is_allowed_to_upload_elsewhere(flask):
    make_account("ada", uploads=False)
    make_index("extra")
    assert flask("allow-upload", "ada", "--index", "extra").exit_code == 0
    assert may_publish("ada", "extra")
    assert not may_publish("ada")


def test_no_right_is_given_where_there_is_nothing(flask):
    make_account("ada", uploads=False)
    assert "no index" in flask("allow-upload", "ada", "--index", "none").stderr
    assert "no account" in flask("allow-upload", "nobody").stderr
    assert {index.slug for index in db.session.scalars(select(Index))} == {
        "main",
        "pypi",
        "staging",
    }


def test_a_password_is_set_and_ends_all_sessions(flask):
    before = make_account("ada").session_key
    result = flask("password", "ada", "--password-stdin", given="another four words\n")
    assert (result.exit_code, result.stdout) == (0, "")
    account = queries.get_account("ada")
    assert verify_password(account.password_hash, "another four words")
    assert account.session_key != before


def test_a_password_is_made_when_none_is_given(flask):
    make_account("ada")
    printed = flask("password", "ada").stdout.removesuffix("\n")
    assert verify_password(queries.get_account("ada").password_hash, printed)


def test_the_journal_says_that_it_was_the_operator(flask):
    flask("create", "ada", "ada@a.test")
    entry = db.session.scalars(select(Entry).where(Entry.tag == "account-opened")).one()
    assert entry.actor == "operator"
