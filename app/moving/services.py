"""Moving everything: each step can be broken off, and the next attempt goes on behind it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Flask

from app.core.database import close_connections, release_connection, transaction
from app.core.obstacles import find_obstacle
from app.core.settings import find_setting
from app.extensions import db
from app.moving.aside import put_back
from app.moving.cargo import Cargo, TableCargo, WordCargo
from app.moving.copying import begin_anew, bring, find_tally
from app.moving.exceptions import NotFromSqlite, NotTheSame, SourceUnusable
from app.moving.freezing import frozen, thaw
from app.moving.reports import Arrived, Moved, Progress
from app.moving.source import Source, held_source
from app.moving.state import claimed, drop_state
from app.moving.target import (
    breaks_explained,
    count_values,
    demand_usable,
    make_tables,
    settle_sequences,
    tables,
)
from app.simple.settling import INSTALLATION


def move(target: Flask, progress: Progress) -> Moved:
    """Copy the installation into a target and compare what arrived."""
    _demand_movable()
    installation, url = str(find_setting(INSTALLATION)), db.engine.url
    release_connection()
    with _inside(target):
        demand_usable()
        with breaks_explained(db.engine.url), claimed(installation):
            make_tables()
    with frozen(), held_source(url) as source, _inside(target):
        source.demand_sound()
        with breaks_explained(db.engine.url), claimed(installation):
            return _fill(source, progress)


@contextmanager
def _inside(target: Flask) -> Iterator[None]:
    """Work on the target, and leave no connection to it open."""
    with target.app_context():
        try:
            yield
        finally:
            close_connections()


def _demand_movable() -> None:
    if db.engine.dialect.name != "sqlite":
        raise NotFromSqlite
    obstacle = find_obstacle()
    if obstacle is not None:
        raise SourceUnusable(obstacle.sentence)


def _fill(source: Source, progress: Progress) -> Moved:
    loads = [TableCargo(source, table) for table in tables()]
    cargoes = [*loads, WordCargo(source)]
    for cargo in cargoes:
        progress.parts(bring(cargo), cargo.count, cargo.name)
    put_back(progress.steps)
    settle_sequences()
    count_values()
    arrived = [_compare(cargo) for cargo in _shown(cargoes, progress)]
    with transaction():
        thaw()
        drop_state()
    return Moved(tuple(arrived), sum(load.mended for load in loads))


def _shown(cargoes: Sequence[Cargo], progress: Progress) -> Iterator[Cargo]:
    by_name = {cargo.name: cargo for cargo in cargoes}
    for name in progress.steps(list(by_name), "Comparing"):
        yield by_name[name]


def _compare(cargo: Cargo) -> Arrived:
    """Return what arrived; raises `NotTheSame`, and has it brought anew the next time."""
    sent, arrived = find_tally(cargo.name), cargo.arrived()
    release_connection()
    if not cargo.is_same(sent, arrived):
        begin_anew(cargo)
        raise NotTheSame(
            f"{sent.count:,} rows of {cargo.name} were sent, and {arrived.count:,} arrived "
            "that are not all the same: run the command again, which brings them anew."
        )
    return Arrived(cargo.name, arrived.count, arrived.digest if arrived.total else "")
