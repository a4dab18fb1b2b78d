"""What connections to PostgreSQL are protected by, and how many a process may have."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core.database import LONG_PATIENCE_SECONDS, transaction
from app.extensions import db
from tests.conftest import testing_config as settings


@pytest.fixture(scope="module")
def url(postgres):
    """Give the address of a database without tables."""
    return postgres.make_database("limits")


@pytest.fixture
def house(tmp_path, url):
    """Give an application that may have two connections."""
    app = create_app(settings(tmp_path, DATABASE_URL=url, DATABASE_POOL="2"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def shown(name):
    return db.session.scalar(sa.text(f"SHOW {name}"))


def test_nobody_waits_for_others_longer_than_a_client_does(house):
    assert shown("lock_timeout") == "6s"
    db.session.rollback()
    assert shown("lock_timeout") == "6s"


def test_work_in_the_background_may_wait_longer(house):
    with transaction(patience=LONG_PATIENCE_SECONDS):
        assert shown("lock_timeout") == "1min"
    assert shown("lock_timeout") == "6s"


def test_who_holds_rows_and_sleeps_is_thrown_out(house):
    assert shown("idle_in_transaction_session_timeout") == "5min"


def test_only_statements_of_requests_are_limited(house):
    assert shown("statement_timeout") == "0"
    db.session.close()
    with house.test_request_context():
        assert shown("statement_timeout") == "30s"
        db.session.close()
    assert shown("statement_timeout") == "0"


def test_a_held_row_is_told_as_a_busy_database(house):
    with transaction() as session:
        session.execute(sa.text("CREATE TABLE IF NOT EXISTS held (id int)"))
    with db.engine.begin() as other:
        other.execute(sa.text("LOCK TABLE held"))
        with (
            pytest.raises(OperationalError, match="lock timeout"),
            transaction(patience=0.01) as own,
        ):
            own.execute(sa.text("SELECT * FROM held"))


def test_there_are_never_more_connections_than_the_pool_may_have(house, monkeypatch):
    monkeypatch.setattr(db.engine.pool, "_timeout", 0)
    held = [db.engine.connect() for _ in range(2)]
    answer = house.test_client().get("/search?q=x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "The database is busy" in answer.text
    for connection in held:
        connection.close()


def test_a_connection_that_the_server_closed_is_replaced(house, url):
    mine = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
    db.session.close()
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 1000)", (mine,))
    assert db.session.scalar(sa.text("SELECT pg_backend_pid()")) != mine


@pytest.mark.parametrize(("processes", "size"), [("1", 20), ("3", 20), ("7", 10), ("64", 5)])
def test_all_processes_together_fit_into_a_server(tmp_path, processes, size):
    environ = {"DATABASE_URL": "postgresql://db/x", "WEB_PROCESSES": processes}
    assert settings(tmp_path, **environ).SQLALCHEMY_ENGINE_OPTIONS["pool_size"] == size
