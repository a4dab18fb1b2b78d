"""Killed at every step of everything that writes: what was there is there, and work goes on."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from sqlalchemy.exc import NoResultFound

from app.core import faults
from app.core.exceptions import DomainError
from app.core.faults import POINTS, Fault
from tests.functional.crashing import Installation, Killed
from tests.functional.databases import Postgres
from tests.functional.deeds import (
    DEEDS,
    HARD_WORK,
    HELD,
    Deed,
    Picture,
    furnish,
    list_complaints,
    list_left,
    take_picture,
)
from tests.upstreams import UpstreamServer

MEMORY = Path("/dev/shm")  # noqa: S108 - with a name of its own below
# What a database does differently.
OF_DATABASES = {point for point in POINTS if point.startswith("transaction.")}
# Reached by many on their way, for different reasons.
CROSSROADS = OF_DATABASES | {"shelf.laid"}


@dataclass(frozen=True)
class Walk:
    """A deed that nothing disturbed: what people saw before and after, and the way between."""

    before: Picture
    after: Picture
    reached: tuple[str, ...]

    def faults(self, deed: Deed) -> list[Fault]:
        """Return the first time that each point was reached, and of some the last one too."""
        reached = [point for point in self.reached if point.startswith(deed.only)]
        first = [Fault(point) for point in dict.fromkeys(reached)]
        counts = Counter(point for point in reached if point in CROSSROADS)
        return first + [Fault(point, nth) for point, nth in counts.items() if nth > 1]


class House:
    """An installation with the walks of all deeds, each made when it is asked for."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        installation.prepare(furnish)
        self._walks: dict[str, Walk] = {}

    def walk(self, deed: Deed) -> Walk:
        """Return how a deed goes."""
        if deed.name not in self._walks:
            self.installation.restore()
            before = self.installation.run(take_picture)
            reached = self.installation.run(partial(_watch, deed))
            after = self.installation.run(take_picture)
            self._walks[deed.name] = Walk(before, after, tuple(reached))
        return self._walks[deed.name]

    def survive(self, deed: Deed, fault: Fault) -> None:
        """Be killed in the middle of a deed, and see what is left of it."""
        walk = self.walk(deed)
        self.installation.restore()
        with pytest.raises(Killed):
            self.installation.run(deed.do, fault=fault)
        self.installation.run(partial(_assert_sound, deed, walk))


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    """Give an upstream."""
    with UpstreamServer() as server:
        server.add_wheel(HELD, "1.0")
        yield server


@pytest.fixture(scope="module")
def make_house(
    upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., House]]:
    """Give a function that makes an installation on a database."""

    root = tmp_path_factory.mktemp("crashes")
    environ = {"UPSTREAM_URL": upstream.url, "UPSTREAM_HOSTS": "127.0.0.1"}
    # In memory, an installation is brought back ten times faster.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else root, prefix="tilsit-") as name:
        yield lambda kind, url=None: House(Installation(Path(name, kind, "data"), url, environ))


@pytest.fixture(scope="module")
def on_sqlite(make_house: Callable[..., House]) -> House:
    """Give an installation on SQLite."""
    return make_house("sqlite")


@pytest.fixture(scope="module")
def on_postgres(make_house: Callable[..., House], postgres: Postgres) -> House:
    """Give an installation on PostgreSQL."""
    return make_house("postgresql", postgres.make_database("crashes"))


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_a_kill_at_any_step_loses_nothing_and_leaves_no_half(on_sqlite, deed):
    for fault in on_sqlite.walk(deed).faults(deed):
        on_sqlite.survive(deed, fault)


@pytest.mark.parametrize("deed", DEEDS[:1], ids=lambda deed: deed.name)
def test_a_kill_around_the_commit_loses_nothing_on_postgresql(on_postgres, deed):
    for fault in on_postgres.walk(deed).faults(deed):
        if fault.point in OF_DATABASES:
            on_postgres.survive(deed, fault)


def test_somebody_is_killed_at_every_point(on_sqlite):
    faults = {fault.point for deed in DEEDS for fault in on_sqlite.walk(deed).faults(deed)}
    assert faults == set(POINTS)


def _watch(deed: Deed, app: Flask) -> list[str]:
    reached: list[str] = []
    faults.watch(reached.append)
    deed.do(app)
    return reached


def _assert_sound(deed: Deed, walk: Walk, app: Flask) -> None:
    complaints = list_complaints(app)
    assert complaints == [], complaints
    picture = take_picture(app)
    if deed.is_atomic:
        assert picture in (walk.before, walk.after)
    assert picture.lies_between(walk.before, walk.after)
    try:
        deed.do(app)
    except (DomainError, NoResultFound):
        # It was done already.
        assert picture == walk.after
    assert take_picture(app).files == walk.after.files
    assert set(list_left(app)) <= {HARD_WORK}
