import pytest
from sqlalchemy.exc import OperationalError

from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable


@pytest.fixture
def no_database(monkeypatch):
    def fail(*_):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("app.web.health.db.session.execute", fail)


@pytest.fixture
def no_store(app, monkeypatch):
    def fail():
        raise StorageUnavailable

    monkeypatch.setattr(blobs(), "check", fail)


def test_a_process_that_runs_is_alive(client, no_database, no_store):
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_process_that_can_serve_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["checks"] == {"database": True, "storage": True}


def test_without_the_database_it_is_not_ready(client, no_database):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": False, "storage": True}


def test_without_the_store_it_is_not_ready(client, no_store):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": True, "storage": False}
