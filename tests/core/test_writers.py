"""Who writes when: on a real SQLite file, which has one writer at a time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, TimeoutError

from app import create_app
from app.core import connections, database
from app.core.database import LONG_PATIENCE_SECONDS, patiently, transaction
from app.core.settings import find_setting, keep_setting
from app.extensions import db
from tests.conftest import testing_config as settings


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Give an application with a file of its own, in which a busy database is told of at once."""
    monkeypatch.setattr(connections, "_BUSY_TIMEOUT_MS", 0)
    app = create_app(settings(tmp_path))
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def other(house):
    """Give a writer of another process, who is at it."""
    writer = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    yield writer
    writer.close()


def add_one(house):
    with house.app_context(), transaction():
        keep_setting("count", (find_setting("count") or 0) + 1)


def test_threads_write_one_after_the_other(house):
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(add_one, [house] * 100))
    assert find_setting("count") == 100


def test_who_has_no_patience_hears_that_others_write(house, other):
    with pytest.raises(OperationalError, match="locked"), transaction(patience=0):
        pass


def test_who_has_patience_tries_again(house, other):
    @event.listens_for(db.engine, "handle_error")
    def make_way(_context):
        if other.in_transaction:
            other.rollback()

    with transaction(patience=60):
        keep_setting("colour", "green")
    assert find_setting("colour") == "green"


def test_what_nobody_waits_for_has_patience_by_itself(house, monkeypatch):
    seen = []
    monkeypatch.setattr(
        database, "_begin_writing", lambda _session, deadline: seen.append(deadline)
    )
    with patiently(), transaction():
        pass
    with transaction():
        pass
    assert seen[0] - seen[1] > LONG_PATIENCE_SECONDS / 2


def test_a_thread_whose_turn_does_not_come_is_told(house):
    with transaction(), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(_write_without_patience, house)
        assert isinstance(waiting.exception(), TimeoutError)


def _write_without_patience(house):
    with house.app_context(), transaction(patience=0):
        pass
