"""Fixtures that start real servers and install real clients."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from app.extensions import db
from tests.conftest import testing_config
from tests.functional.certificates import Certificate, make_certificate
from tests.functional.clients import Clients, Workbench
from tests.functional.databases import Postgres, postgres_server
from tests.functional.fronting import NAME, furnish
from tests.functional.house import BEHIND_NGINX, House

PATIENCE_SECONDS = 5
_numbers = itertools.count(1)
DATABASES = ("sqlite", "postgresql")
# Every server, database and door, each more than once in different company.
COMBINATIONS = (
    ("granian", "sqlite"),
    ("gunicorn", "postgresql", "mongodb"),
    ("uwsgi", "sqlite"),
    ("nginx-granian", "postgresql", "prefix"),
    ("nginx-uwsgi", "sqlite", "tls"),
)


class Houses(LoadScopeScheduling):
    """Does tests that visit one house in one process, which starts it once.

    Groups that are marked would do, but the names of tests are of one piece since pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        chosen = test.partition("[")[2]
        named = ["-".join(combination) for combination in COMBINATIONS]
        if "test_nginx" in module:
            named = [*BEHIND_NGINX]
        return next((name for name in named if chosen.startswith(name)), module)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is here as functional."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.functional)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Houses:
    """Share the tests among processes by the houses that they visit."""
    return Houses(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL server."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Give a certificate for this machine."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session", params=COMBINATIONS, ids="-".join)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Give a running house, on every server, on every database, and behind every door."""
    server, database, *doors = request.param
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").make_database(f"tilsit_{server}")
    environ = {}
    if "mongodb" in doors:
        environ = {"CATALOGUE": "mongodb", "MONGODB_URL": request.getfixturevalue("mongo_url")}
    house = House(
        server,
        tmp_path_factory.mktemp(server) / "data",
        url,
        environ,
        prefix="/a/pypi" if "prefix" in doors else "",
        certificate=request.getfixturevalue("certificate") if "tls" in doors else None,
    )
    with running(house) as house:
        yield house


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the house that real clients visit: as `make run` starts it."""
    with running(House("granian", tmp_path_factory.mktemp("lab") / "data")) as house:
        yield house


@pytest.fixture(scope="session")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house whose server lets our reason phrases through."""
    with running(House("gunicorn", tmp_path_factory.mktemp("reasons") / "data")) as house:
        yield house


@pytest.fixture(scope="session", params=BEHIND_NGINX)
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Give a house behind nginx, on both protocols."""
    folder = tmp_path_factory.mktemp(request.param) / "data"
    with running(House(request.param, folder)) as house:
        yield house


@pytest.fixture
def paths(front: House) -> list[str]:
    """Give the paths of a page, a wheel, its metadata and the list of all, all on the shelf."""
    return furnish(front, NAME)


@pytest.fixture(scope="session")
def clients() -> Clients:
    """Give the real clients."""
    clients = Clients()
    clients.install()
    return clients


@pytest.fixture
def bench(tmp_path: Path, clients: Clients) -> Workbench:
    """Give a clean home and an empty environment to run clients in."""
    return Workbench(tmp_path / "bench", clients)


@pytest.fixture
def unchanged() -> Callable[..., AbstractContextManager[None]]:
    """Give a block that must leave a house as it was: names, pages and blobs."""
    return _unchanged


@contextmanager
def _unchanged(house: House, *projects: str) -> Iterator[None]:
    before, arriving = _state(house, projects), set(house.incoming())
    yield
    assert _state(house, projects) == before
    # Behind a proxy the answer may be here before the last bytes are thrown away.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(house.incoming()) - arriving and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(house.incoming()) <= arriving


def _state(house: House, projects: tuple[str, ...]) -> dict[str, Any]:
    return {
        "names": house.names(),
        "pages": {name: house.page(name) for name in projects},
        "blobs": house.blobs(),
    }


@contextmanager
def running(house: House) -> Iterator[House]:
    """Run a house with an empty folder for as long as the block lasts."""
    house.folder.mkdir()
    house.prepare()
    house.start()
    try:
        yield house
    finally:
        house.http.close()
        house.stop()


@pytest.fixture(params=DATABASES)
def real_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Give an application of its own, with rows and files that threads can fight for."""
    environ = {}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        environ["DATABASE_URL"] = server.make_database(f"races_{next(_numbers)}")
    made = create_app(testing_config(tmp_path, **environ))
    with made.app_context():
        upgrade()
        yield made
        db.session.remove()
        db.engine.dispose()
