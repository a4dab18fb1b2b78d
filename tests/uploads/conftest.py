"""People who upload."""

import pytest

from tests.factories import make_account, make_token
from tests.uploads.clients import Uploader


@pytest.fixture
def ada(app, client):
    """Give somebody with a confirmed address who may bring new names."""
    account = make_account("ada")
    return Uploader(client, account, make_token(account))


@pytest.fixture
def uploader(client):
    """Give a maker of people who upload; keywords go to the token."""

    def make(account=None, **limits):
        account = account or make_account()
        return Uploader(client, account, make_token(account, **limits))

    return make
