"""Killed at every step of everything that writes: what was there is there, and work goes on."""

from collections.abc import Iterator

import pytest

from app.core.faults import POINTS
from tests.functional.databases import Postgres
from tests.functional.deeds import DEEDS
from tests.functional.surviving import OF_DATABASES, Survivor, surviving


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Survivor]:
    """Give an installation on SQLite."""
    with surviving() as survivor:
        yield survivor


@pytest.fixture(scope="module")
def on_postgres(postgres: Postgres) -> Iterator[Survivor]:
    """Give an installation on PostgreSQL."""
    with surviving(postgres.make_database("crashes")) as survivor:
        yield survivor


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_a_kill_at_any_step_loses_nothing_and_leaves_no_half(on_sqlite, deed):
    for fault in on_sqlite.walk(deed).faults(deed):
        on_sqlite.survive(deed, fault)


def test_a_kill_around_the_commit_loses_nothing_on_postgresql(on_postgres):
    deed = DEEDS[0]
    for fault in on_postgres.walk(deed).faults(deed):
        if fault.point in OF_DATABASES:
            on_postgres.survive(deed, fault)


def test_somebody_is_killed_at_every_point(on_sqlite):
    faults = {fault.point for deed in DEEDS for fault in on_sqlite.walk(deed).faults(deed)}
    assert faults == set(POINTS)
