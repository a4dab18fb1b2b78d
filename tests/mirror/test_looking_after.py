"""The page for administrators of mirrors, against a real upstream."""

import pytest

from app.accounts.models import Account
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from tests.factories import make_account, sign_in


@pytest.fixture
def browser(house, mirror):
    """Give a browser in which who runs the site is logged in."""
    account = make_account(is_admin=True)
    number = account.id
    yield sign_in(house.test_client(), account)
    with transaction() as session:
        session.delete(session.get_one(Account, number))


def refresh(browser, name):
    return browser.post("/manage/mirror/pypi/refresh", data={"pypi-refresh-project": name})


def test_one_click_shows_what_is_new(browser, upstream):
    upstream.add_wheel("six", "1.0")
    assert refresh(browser, "six").status_code == 303
    assert "something new of six" in browser.get("/manage/mirrors/").text
    assert refresh(browser, "six").status_code == 303
    assert "nothing new of six" in browser.get("/manage/mirrors/").text


def test_what_the_upstream_does_not_have_is_told(browser):
    answer = refresh(browser, "six")
    assert answer.status_code == 404
    assert "There is no such project." in answer.text


def test_a_name_that_is_ours_is_not_told_to_the_upstream(browser, upstream):
    with transaction():
        claim = NameClaim(index_id=get_index().id, normalized_name="secret", claimed_at=clock.now())
        db.session.add(claim)
    assert refresh(browser, "secret").status_code == 409
    assert upstream.log == []
