import pytest

from tests.accounts.doors import Postman


@pytest.fixture
def post(app):
    """Give the postman, with an empty bag."""
    return Postman()
