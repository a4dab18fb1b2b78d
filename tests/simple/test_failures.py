"""A database that is away is our failure: "not found" would send installers elsewhere."""

import pytest
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from tests import conftest
from tests.factories import make_file, make_project, make_release

PATHS = (
    "/simple/",
    "/simple/foo/",
    "/simple/Foo",
    "/legacy/+simple/foo/",
    "{file}",
    "{file}.metadata",
    "/pypi/foo/json",
    "/pypi/foo/1.0/json",
)


@pytest.fixture
def database(tmp_path):
    """An application with a database of its own, which a test may break, and a file in it."""
    app = create_app(conftest.testing_config(tmp_path, STORAGE_URL="memory:"))
    with app.app_context():
        upgrade()
        wheel = make_file(make_release(make_project("foo")))
        db.session.remove()
        yield app, f"/files/{wheel.sha256}/{wheel.filename}"
        db.engine.dispose()


@pytest.mark.parametrize("path", PATHS)
def test_check_27_a_database_that_is_away_is_our_failure(database, tmp_path, path):
    app, file = database
    db.engine.dispose()
    for part in tmp_path.glob("tilsit.db*"):
        part.unlink()
    (tmp_path / "tilsit.db").mkdir()
    answer = app.test_client().get(path.format(file=file))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) < 10
    assert answer.mimetype in {"text/plain", "application/json"}


@pytest.mark.parametrize("path", PATHS)
def test_check_27_a_database_that_is_broken_is_our_failure(database, tmp_path, path):
    app, file = database
    db.engine.dispose()
    for part in tmp_path.glob("tilsit.db*"):
        part.unlink()
    (tmp_path / "tilsit.db").write_bytes(b"no database at all" * 100)
    assert app.test_client().get(path.format(file=file)).status_code >= 500
