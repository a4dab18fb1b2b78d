import pytest

from tests.factories import make_account, sign_in


@pytest.fixture
def boss(client):
    """Give who runs the site, logged in with the client."""
    account = make_account("boss", is_admin=True)
    sign_in(client, account)
    return account
