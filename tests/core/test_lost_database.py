"""The file of the database: whose it is, and what happens when it goes away or is put back."""

import shutil

import pytest
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core.database import transaction
from app.core.runtime import data_path
from app.core.settings import find_setting, keep_setting
from app.extensions import db
from tests.conftest import testing_config as settings


@pytest.fixture
def path(tmp_path):
    """Give the file of a database of its own, whose connections are kept."""
    with create_app(settings(tmp_path)).app_context():
        upgrade()
        paint("green")
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        yield data_path("tilsit.db")
        db.session.remove()
        db.engine.dispose()


def paint(colour):
    with transaction():
        keep_setting("colour", colour)


def test_nothing_is_written_where_nobody_will_find_it(path):
    kept = path.rename(path.with_suffix(".kept"))
    for _ in range(2):
        db.session.remove()
        with pytest.raises(OperationalError, match="gone"):
            paint("red")
    kept.rename(path)
    assert find_setting("colour") == "green"


def test_a_lost_database_is_not_begun_anew(path):
    path.unlink()
    with pytest.raises(OperationalError, match="gone"):
        find_setting("colour")
    assert not path.exists()


def test_a_database_that_was_put_in_its_place_is_used(path):
    shutil.copy(path, path.with_suffix(".copy"))
    paint("red")
    db.session.remove()
    path.with_suffix(".copy").rename(path)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink()
    assert find_setting("colour") == "green"


def test_an_empty_database_is_not_ready(path):
    path.unlink()
    path.touch()
    client = create_app(settings(path.parent)).test_client()
    assert client.get("/readyz").get_json()["checks"]["database"]["ok"] is False


def test_only_its_owner_reads_the_database(path):
    assert [file.stat().st_mode & 0o077 for file in path.parent.glob("tilsit.db*")] == [0, 0, 0]
