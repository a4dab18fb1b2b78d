"""How far a move has come, kept in the target, in a table that goes at the end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Column, MetaData, String, Table, delete, inspect, select, text
from sqlalchemy.dialects.postgresql import insert

from app.core.database import release_connection, transaction
from app.core.obstacles import MOVE_TABLE
from app.core.settings import find_setting
from app.extensions import db
from app.moving.exceptions import AlreadyMoved, AnotherMove, TargetNotEmpty
from app.simple.settling import INSTALLATION

SOURCE, STEP, COPIED, ASIDE = "source", "step", "copied", "aside"

# What an attempt that was killed has left running in the server comes to an end by itself.
PATIENCE_SECONDS = 600.0

_ONLY_ONE = text("SELECT pg_try_advisory_lock(hashtext('database move'))")
_FREE = text("SELECT pg_advisory_unlock(hashtext('database move'))")

_table = Table(
    MOVE_TABLE,
    MetaData(),
    Column("kind", String(20), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("facts", JSON, nullable=False),
)


@contextmanager
def claimed(installation: str) -> Iterator[None]:
    """Hold the target for the move of an installation, new or one that broke off.

    Raises `AlreadyMoved`, `TargetNotEmpty` if something else is in it, and `AnotherMove`.
    """
    with db.engine.connect() as connection:
        if not connection.scalar(_ONLY_ONE):
            raise AnotherMove
        connection.commit()
        try:
            _begin(installation)
            yield
        finally:
            connection.rollback()
            connection.execute(_FREE)
            connection.commit()


def find_fact(kind: str, name: str) -> Any:
    """Return what was noted, or None."""
    return db.session.scalar(
        select(_table.c.facts).where(_table.c.kind == kind, _table.c.name == name)
    )


def list_facts(kind: str) -> dict[str, Any]:
    """Return all that was noted of a kind, by names."""
    wanted = select(_table.c.name, _table.c.facts).where(_table.c.kind == kind)
    return {row.name: row.facts for row in db.session.execute(wanted)}


def note(kind: str, name: str, facts: Mapping[str, Any]) -> None:
    """Note something in place of what was noted before."""
    added = insert(_table).values(kind=kind, name=name, facts=dict(facts))
    db.session.execute(
        added.on_conflict_do_update(
            index_elements=["kind", "name"], set_={"facts": added.excluded.facts}
        )
    )


def forget(kind: str, name: str) -> None:
    """Forget what was noted."""
    db.session.execute(delete(_table).where(_table.c.kind == kind, _table.c.name == name))


def drop_state() -> None:
    """Let the target be a database like any other."""
    _table.drop(db.session.connection())


def _begin(installation: str) -> None:
    tables = set(inspect(db.engine).get_table_names())
    if not tables:
        with transaction() as session:
            _table.create(session.connection())
            note(SOURCE, installation, {})
    elif MOVE_TABLE not in tables:
        is_moved = "alembic_version" in tables and find_setting(INSTALLATION) == installation
        raise AlreadyMoved if is_moved else TargetNotEmpty
    elif find_fact(SOURCE, installation) is None:
        raise TargetNotEmpty
    release_connection()
