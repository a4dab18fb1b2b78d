"""A server for all tests of the feature, and a database that each finds empty."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.mongo.connection import close, database
from tests.functional.mongod import mongo_database


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """Give the address of a database of the tests."""
    with mongo_database() as url:
        yield url
        close()


@pytest.fixture
def mongo(app: Flask, mongo_url: str, monkeypatch: pytest.MonkeyPatch):
    """Give the documents, none yet, of the application."""
    monkeypatch.setitem(app.config, "MONGODB_URL", mongo_url)
    stores = database()
    for name in stores.list_collection_names():
        stores.drop_collection(name)
    return stores
