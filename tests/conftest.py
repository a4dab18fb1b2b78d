"""Fixtures that all tests share: one database for the session, rolled back after each test."""

import contextvars
import itertools
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from sqlalchemy import Connection, Engine, event, text

import config
from app import create_app
from app.core import clock, settings
from app.core.storage import MemoryStorage
from app.extensions import db
from app.indexes.queries import MIRROR, get_index
from app.mirror.upstream import forget_upstreams
from app.mongo.connection import close
from app.pages.directory import recall_directory
from app.simple.shelf import Shelf
from app.sources import registry
from app.sources.registry import source_for
from app.wiring import wire
from tests.functional.databases import Postgres, postgres_server
from tests.functional.mongod import mongo_database
from tests.mongo.serving import COPYING, catch_up, served_from
from tests.simple.far import Far

_numbers = itertools.count(1)


class Client(FlaskClient):
    """A client whose requests share nothing but cookies, as in the real world.

    Flask's `g` lives in the context; without a fresh one per request, two
    clients would share one login.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request in a context of its own."""
        db.session.close()
        _catch_up()
        return contextvars.Context().run(super().open, *args, **kwargs)


class Runner(FlaskCliRunner):
    """A terminal whose commands find documents that are in line with the rows."""

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        _catch_up()
        return super().invoke(*args, **kwargs)


def _catch_up() -> None:
    if current_app.config["CATALOGUE"] == "mongodb":
        catch_up()


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from pushing a request around the whole test."""


@pytest.fixture(autouse=True)
def _long_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let shared facts be remembered, so that a slow machine makes no page ask again."""
    monkeypatch.setattr(settings, "REMEMBERED_SECONDS", 600.0)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the unit tests run on the other database too, and read from documents."""
    parser.addoption("--postgresql", action="store_true", help="run on a PostgreSQL server")
    parser.addoption("--mongodb", action="store_true", help="read projects from MongoDB")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks no database, where all else is repeated on another one."""
    if not config.getoption("--postgresql") and not config.getoption("--mongodb"):
        return
    asking: list[pytest.Item] = []
    others: list[pytest.Item] = []
    is_elsewhere = config.getoption("--postgresql")
    for item in items:
        is_asking = "database" in getattr(item, "fixturenames", ())
        if is_elsewhere and item.get_closest_marker("sqlite"):
            is_asking = False
        (asking if is_asking else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = asking


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL server of its own, started when the first test wants it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the settings of the database that the unit tests run on."""
    if not request.config.getoption("--postgresql"):
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return {"DATABASE_URL": server.make_database("unit")}


@pytest.fixture(scope="session")
def other_database(request: pytest.FixtureRequest, database: dict[str, str]) -> dict[str, str]:
    """Give the settings of a database of the same kind, for tests that really write."""
    if not database:
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return {"DATABASE_URL": server.make_database("other")}


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """Give the address of a MongoDB database of the tests."""
    with mongo_database() as url:
        yield url
        close()


@pytest.fixture(scope="session")
def shared_app(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Flask]:
    """One application with an empty database, made once."""
    folder = tmp_path_factory.mktemp("data")
    app = create_app(testing_config(folder, STORAGE_URL="memory:", **database))
    app.test_client_class = Client
    app.test_cli_runner_class = Runner
    with app.app_context():
        upgrade()
        app.extensions["sequences"] = _read_sequences()
    yield app
    with app.app_context():
        db.engine.dispose()


def _read_sequences() -> str | None:
    """Return the statement that sets all sequences to where they are now, if there are any."""
    if db.engine.dialect.name != "postgresql":
        return None
    wanted = text("SELECT sequencename AS name, last_value AS last FROM pg_sequences")
    with db.engine.connect() as connection:
        found = connection.execute(wanted).all()
    parts = [f"setval('{each.name}', {each.last or 1}, {bool(each.last)})" for each in found]
    return f"SELECT {', '.join(parts)}"


def testing_config(folder: Path, **environ: str) -> config.Testing:
    """Return the settings of a test installation that keeps its data in a folder."""
    return config.Testing({"DATA_DIR": str(folder), "SECRET_KEY": "for tests only, " * 2} | environ)


@pytest.fixture(scope="session")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the shelves of all tests."""
    return tmp_path_factory.mktemp("shelves")


@pytest.fixture
def app(bare_app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Give the application, which reads from documents if the tests are to."""
    if not request.config.getoption("--mongodb"):
        yield bare_app
        return
    with served_from(bare_app, request.getfixturevalue("mongo_url")):
        yield bare_app


@pytest.fixture
def bare_app(shared_app: Flask, shelves: Path) -> Iterator[Flask]:
    """Give the application; all that a test writes is rolled back."""
    shared_app.extensions["blobs"] = MemoryStorage()
    # Rolled back rows must leave no page behind, and nothing else that is remembered of them.
    for memory in (
        "growth",
        "page_cache",
        "page_directory",
        "popular_marks",
        "remembered",
        "shared_settings",
    ):
        shared_app.extensions[memory].clear()
    shared_app.extensions["shelf"] = shelf = Shelf(shelves / str(next(_numbers)))
    shelf.is_ours = True
    with shared_app.app_context(), _rolled_back(db.engine) as connection:
        if shared_app.extensions["sequences"]:
            # A rollback leaves them where they are.
            connection.exec_driver_sql(shared_app.extensions["sequences"])
        with Swapped(shared_app, connection):
            yield shared_app
            forget_upstreams()
            db.session.remove()


@contextmanager
def _rolled_back(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that is rolled back at the end."""
    pool = engine.pool
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()
        if engine.pool is not pool:
            # As by `serve`: it is the last of a pool that nobody closes any more.
            connection.detach()


class Swapped:
    """Let every session of an application use one connection, in savepoints."""

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.engines: dict[str | None, Any] = db._app_engines[app]
        self.engine: Engine = self.engines[None]
        self.connection = connection

    def __enter__(self) -> None:
        self.engines[None] = self.connection
        db.session.configure(join_transaction_mode="create_savepoint")

    def __exit__(self, *_: object) -> None:
        self.engines[None] = self.engine


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has just been opened."""
    return app.test_client()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that sets the clock: `now(datetime)` stops it there."""

    def stop(at: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: at)
        return at

    return stop


class Statements(list[str]):
    """SQL statements that ran since the last `clear`."""

    def clear(self) -> None:
        """Begin to count, in a process that knows bases and rules of `main`, and shared facts."""
        source_for(get_index())
        settings.recall_shared()
        recall_directory()
        super().clear()


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """Give the list of SQL statements that run during the test; clear it where counting starts."""
    seen = Statements()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        is_apart = COPYING.is_running or "_advisory_" in statement
        if not is_apart and not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    connection = db.engines[None]
    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def far(app: Flask) -> Iterator[Far]:
    """Give an upstream behind `pypi`, and so behind `main` and `staging`."""
    source = Far()
    registry.register(MIRROR, lambda _index: source)
    yield source
    wire()


@pytest.fixture
def small_disk() -> Any:
    """Give a context in which no file can grow over 100 bytes, as on a disk that is full."""

    @contextmanager
    def limit(size: int = 100) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit
