import pytest
from sqlalchemy import select

from app.accounts import mails, queries, services
from app.accounts.exceptions import AccountNotFound, AddressTaken, UsernameTaken
from app.accounts.models import Account
from app.core.database import transaction
from app.extensions import db
from tests.factories import PASSWORD, make_account


def open_account(username="ada", email="ada@example.com"):
    with transaction():
        return services.open_account(username, email, password=PASSWORD)


def test_names_and_addresses_are_kept_as_written(app):
    account = open_account("Ada.Lovelace", "Ada@Bücher.example")
    assert (account.username, account.username_key) == ("Ada.Lovelace", "ada.lovelace")
    email = account.primary_email
    assert (email.address, email.address_key) == ("Ada@bücher.example", "ada@xn--bcher-kva.example")


def test_two_spellings_of_a_domain_are_one_address(app):
    open_account("ada", "ada@bücher.example")
    with pytest.raises(AddressTaken):
        open_account("bob", "ada@xn--bcher-kva.example")


def test_who_is_slower_by_a_moment_is_told_too(app, monkeypatch):
    make_account("ada", email="other@example.com")
    # The other account came to be between looking and adding.
    monkeypatch.setattr(services, "_demand_free_username", lambda username: None)
    with pytest.raises(UsernameTaken):
        open_account("ada")
    assert len(db.session.scalars(select(Account)).all()) == 1


def test_an_account_that_is_not_there_is_not_found(app):
    with pytest.raises(AccountNotFound):
        queries.get_by_id(99)
    with pytest.raises(AccountNotFound):
        queries.get_account("nobody")
    assert queries.find_by_username("a\x00b") is None
    assert queries.find_by_login("") is None


def test_a_confirmed_address_is_not_written_to_again(app, post):
    account = make_account("grace")
    mails.send_confirmation(account.id, "http://a.test/SECRET")
    assert post.letters() == []


def test_somebody_whose_address_is_tried_again_and_again_is_told_a_few_times(app, post):
    account = make_account("grace")
    for _ in range(9):
        mails.send_claim(account.id, "http://a.test/")
    assert len(post.letters("grace")) == 6
