import os
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core import pulse, stopping
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.web import readiness
from app.web.readiness import Look

NEEDED = ("database", "schema", "storage", "disk")


@pytest.fixture
def no_database(monkeypatch):
    def fail(*_, **__):
        raise OperationalError("SELECT 1", {}, Exception("gone: password=secret"))

    for name in ("execute", "connection", "get"):
        monkeypatch.setattr(f"app.web.readiness.db.session.{name}", fail)


@pytest.fixture
def no_store(app, monkeypatch):
    def fail():
        raise StorageUnavailable

    monkeypatch.setattr(blobs(), "check", fail)


@pytest.fixture
def queue(app, monkeypatch, tmp_path):
    """The path of a queue of our own."""
    path = tmp_path / "queue.db"
    monkeypatch.setitem(app.config, "QUEUE_PATH", str(path))
    return path


@pytest.fixture
def worker(app):
    """A worker that has just given a sign of life."""
    pulse.beat()


def ask(client):
    """Return status, the word for it, and the codes of what is not well."""
    answer = client.get("/readyz")
    told = answer.get_json()
    codes = {name: check["code"] for name, check in told["checks"].items() if not check["ok"]}
    return answer.status_code, told["status"], codes


def test_a_process_that_runs_is_alive(client, no_database, no_store):
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_process_that_can_serve_is_ready(client, queue, worker):
    assert ask(client) == (200, "ok", {})
    assert client.get("/readyz").headers["Cache-Control"] == "no-store"


def test_without_the_database_it_is_not_ready(client, queue, worker, no_database):
    lost = "database-unavailable"
    codes = {"database": lost, "schema": lost, "worker": lost}
    assert ask(client) == (503, "unavailable", codes)
    answer = client.get("/readyz")
    assert "Retry-After" in answer.headers
    assert "secret" not in answer.text


def test_without_the_store_it_is_not_ready(client, queue, worker, no_store):
    assert ask(client) == (503, "unavailable", {"storage": "storage-unavailable"})


@pytest.mark.parametrize(
    ("revision", "code"), [("0001", "schema-old"), ("from the future", "schema-new")]
)
def test_tables_of_another_version_are_told(client, queue, worker, revision, code):
    db.session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    db.session.commit()
    assert ask(client) == (503, "unavailable", {"schema": code})


def test_a_disk_with_less_room_than_wanted_is_told(app, client, queue, worker, monkeypatch):
    monkeypatch.setitem(app.config, "READY_DISK_BYTES", 10**18)
    assert ask(client) == (503, "unavailable", {"disk": "disk-low"})


def test_without_a_worker_it_serves_all_the_same(client, queue):
    assert ask(client) == (200, "degraded", {"worker": "worker-missing"})


def test_a_worker_that_was_not_seen_for_long_is_missing(client, queue, worker, now):
    now(pulse.find_last_beat() + pulse.MISSING_AFTER)
    assert ask(client)[2] == {"worker": "worker-missing"}


@pytest.mark.parametrize("rubbish", [b"this is no database" * 100, b"\0" * 4096])
def test_with_a_broken_queue_it_serves_all_the_same(client, queue, worker, rubbish):
    queue.write_bytes(rubbish)
    assert ask(client) == (200, "degraded", {"queue": "queue-unavailable"})


def test_with_a_locked_queue_it_serves_all_the_same(client, queue, worker):
    holder = sqlite3.connect(queue, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert ask(client) == (200, "degraded", {"queue": "queue-unavailable"})
    finally:
        holder.close()


def test_a_machine_that_is_about_to_stop_wants_no_more_requests(app, client, queue, worker):
    stopping.announce(app.config["DATA_DIR"])
    assert ask(client) == (503, "stopping", {})
    assert client.get("/healthz").status_code == 200
    (sign,) = app.config["DATA_DIR"].glob("stopping.*")
    # It was meant for those who were running then.
    os.utime(sign, (0, 0))
    assert ask(client) == (200, "ok", {})


def test_strangers_hear_no_more_than_a_sentence(client, queue, no_store):
    told = client.get("/readyz").get_json()["checks"]["storage"]
    why = "Files cannot be written where they are kept."
    assert told == {"ok": False, "code": "storage-unavailable", "needed": True, "why": why}


def test_it_is_looked_at_once_a_second(app, client, queue, worker, monkeypatch, queries):
    monkeypatch.setitem(app.config, "READY_SECONDS", 600)
    client.get("/readyz")
    queries.clear()
    assert ask(client)[0] == 200
    assert queries == []
    app.extensions["readiness"].good_until = 0.0


def test_a_further_part_that_is_lost_is_told_and_makes_nothing_unavailable(
    client, queue, worker, monkeypatch
):
    looms = Look("looms", {"looms-lost": "All looms stand still."}, lambda: "looms-lost")
    monkeypatch.setattr(readiness, "_further", {"looms": looms})
    assert ask(client) == (200, "degraded", {"looms": "looms-lost"})
    told = client.get("/readyz").get_json()["checks"]["looms"]
    why = "All looms stand still."
    assert told == {"ok": False, "code": "looms-lost", "needed": False, "why": why}


def test_a_further_part_may_need_the_database(client, queue, worker, monkeypatch):
    def look():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(readiness, "_further", {"looms": Look("looms", {}, look)})
    assert ask(client) == (200, "degraded", {"looms": "database-unavailable"})


def test_a_further_part_that_is_not_in_use_is_not_told(client, queue, worker, monkeypatch):
    monkeypatch.setattr(readiness, "_further", {"looms": Look("looms", {}, lambda: None)})
    assert "looms" not in client.get("/readyz").get_json()["checks"]
