import pytest

from app.accounts.actors import Actor
from app.accounts.queries import find_by_username
from tests.factories import make_account, sign_in


@pytest.fixture
def boss(app):
    """Give who runs the site, as services see them."""
    account = make_account("boss", is_admin=True)
    return Actor(account_id=account.id, username="boss", is_admin=True)


@pytest.fixture
def office(app, boss):
    """Give the browser of who runs the site."""
    return sign_in(app.test_client(), find_by_username("boss"))
