"""A database that each test of the feature finds empty."""

import pytest
from flask import Flask

from app.mongo.connection import database


@pytest.fixture
def mongo(app: Flask, mongo_url: str, monkeypatch: pytest.MonkeyPatch):
    """Give the documents, none yet, of the application."""
    monkeypatch.setitem(app.config, "MONGODB_URL", mongo_url)
    stores = database()
    for name in stores.list_collection_names():
        stores.drop_collection(name)
    return stores
