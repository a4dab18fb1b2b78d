"""A house whose mirror has an upstream, for the pages that show what is there."""

import pytest

from app.core.remembering import REMEMBERED
from app.extensions import db
from app.indexes.queries import list_indexes
from tests.conftest import Client
from tests.mirror.conftest import house, mirror, settings, upstream

__all__ = ["house", "mirror", "settings", "upstream"]


@pytest.fixture
def reader(house, mirror):
    """Give a browser at a house whose mirror is on."""
    house.test_client_class = Client
    house.extensions[REMEMBERED].clear()
    yield house.test_client()
    for index in list_indexes():
        index.settings = {}
    db.session.commit()
