"""Transactions: one per request, at the edge; what must follow waits for the commit."""

import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, func, inspect, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Session

from app.core.connections import PATIENCE_SECONDS as PATIENCE_SECONDS
from app.core.faults import reach
from app.extensions import db

Step = Callable[[], None]

_OPEN, _BEFORE, _LAST, _AFTER = "tilsit.open", "tilsit.before", "tilsit.last", "tilsit.after"
_HELD, _SEQUELS, _READ = "tilsit.held", "tilsit.sequels", "tilsit.read"
# Nobody waits for work in the background, but it must not be lost.
LONG_PATIENCE_SECONDS = 60.0
_patience: ContextVar[float] = ContextVar("patience", default=PATIENCE_SECONDS)
# Who writes into an SQLite file next, among the threads of this process.
_turns: dict[str, Lock] = {}


class Sequel(Protocol):
    """What follows from a change, while the transaction still holds what it holds."""

    def prepare(self) -> None:
        """Read what is needed, as the last thing inside the transaction."""

    def finish(self) -> None:
        """Do what follows, after the commit: without the database, and waiting for nobody.

        Others may be waiting for what is held, and for connections.
        """


SequelT = TypeVar("SequelT", bound=Sequel)
Found = TypeVar("Found")


@contextmanager
def transaction(*, patience: float | None = None) -> Iterator[Session]:
    """Run a block as one writing transaction and then what waits for its commit.

    An open read transaction is ended first: SQLite refuses to turn one into a
    writing one once somebody else has written (SQLITE_BUSY_SNAPSHOT), whatever
    the time-out. So services get ids and load what they need inside. `patience`
    says how many seconds other writers may take; without it, as many as a reader has,
    or more within `patiently`.
    """
    patience = _patience.get() if patience is None else patience
    session = db.session()
    if session.info.get(_OPEN):
        raise RuntimeError("transaction() is the edge and cannot be nested")
    session.rollback()
    deadline = time.monotonic() + patience
    with ExitStack() as held:
        with _turn(session, patience):
            session.info.update({_OPEN: True, _BEFORE: {}, _LAST: {}, _AFTER: []})
            session.info.update({_HELD: held, _SEQUELS: {}})
            try:
                _begin_writing(session, deadline)
                _wait_longer(session, patience)
                reach("transaction.begun")
                yield session
                reach("transaction.written")
                _run_before_commit(session)
                reach("transaction.committing")
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                session.info[_OPEN] = False
        reach("transaction.committed")
        for sequel in session.info[_SEQUELS].values():
            sequel.finish()
    reach("transaction.followed")
    for step in session.info[_AFTER]:
        step()


@contextmanager
def patiently() -> Iterator[None]:
    """Let transactions wait long for other writers, where nobody waits for what they do."""
    token = _patience.set(LONG_PATIENCE_SECONDS)
    try:
        yield
    finally:
        _patience.reset(token)


def is_writing() -> bool:
    """Tell whether a writing transaction is open."""
    return bool(db.session().info.get(_OPEN))


def read_once(key: Hashable, read: Callable[[], Found]) -> Found:
    """Return what was read by a key in this transaction, or read it now.

    For small facts that several parts ask for in one request. While something is being
    written, each asks for itself.
    """
    session = db.session()
    if session.info.get(_OPEN):
        return read()
    began = session.get_transaction() or session.begin()
    known: tuple[object, dict[Hashable, Any]] | None = session.info.get(_READ)
    if known is None or known[0] is not began:
        known = session.info[_READ] = (began, {})
    if key not in known[1]:
        known[1][key] = read()
    value: Found = known[1][key]
    return value


def before_commit(key: object, step: Step, *, as_last: bool = False) -> None:
    """Run a step at the end of the transaction, once for each key.

    Those that come `as_last` run behind all others: they take what everybody wants,
    and who waits for something else meanwhile would have others wait in a circle.
    """
    _demand_open().info[_LAST if as_last else _BEFORE].setdefault(key, step)


def after_commit(step: Step) -> None:
    """Run a step when the transaction has been committed, never if it was rolled back."""
    _demand_open().info[_AFTER].append(step)


def hold_until_end(hold: AbstractContextManager[object]) -> None:
    """Enter a context that is left when the transaction is over."""
    held: ExitStack = _demand_open().info[_HELD]
    held.enter_context(hold)


def follow_up(key: object, sequel: SequelT) -> SequelT:
    """Let a change have a sequel, and return it or the one that it has already by this key."""
    sequels: dict[object, SequelT] = _demand_open().info[_SEQUELS]
    return sequels.setdefault(key, sequel)


def add_unless_there(model: type[Any], **values: Any) -> bool:
    """Add a row unless a unique constraint has one like it; tell whether it was added.

    A row that another transaction is adding is waited for, so what is read
    afterwards is there.
    """
    wanted = _insert_new(model).values(**values)
    # What comes back tells it; the count of rows is -1 for some drivers.
    return _demand_open().execute(wanted.returning(literal(1))).first() is not None


def add_all_unless_there(model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add those of many rows that no unique constraint has already."""
    if rows:
        # By the table: as objects, rows with and without a value would go one by one.
        _demand_open().execute(_insert_new(model.__table__), rows)


def has_table(connection: Connection, table: str) -> bool:
    """Tell whether the database has a table, for migrations that meet older schemas."""
    return inspect(connection).has_table(table)


def has_column(connection: Connection, table: str, column: str) -> bool:
    """Tell whether a table is there and has a column."""
    inspector = inspect(connection)
    return inspector.has_table(table) and any(
        found["name"] == column for found in inspector.get_columns(table)
    )


def wait_for_turn(key: str) -> None:
    """Let those who name the same key pass one after another, until their transactions end.

    For rules about rows that are not there yet, which nobody could lock. SQLite
    has only one writer anyway.
    """
    session = _demand_open()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))


def is_passed(key: str) -> bool:
    """Tell whether nobody who named a key in `wait_for_turn` is still in its transaction.

    Its process may be dead: PostgreSQL goes on with a commit that it was told. So
    it stays until this transaction ends.
    """
    session = db.session()
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = func.pg_try_advisory_xact_lock_shared(func.hashtext(key))
    return bool(session.scalar(select(lock)))


def begin_anew() -> None:
    """Forget what was read and have a connection; what is asked next is as it is then."""
    db.session.close()
    db.session.connection()


def end_reading() -> None:
    """End a transaction that only read; what was loaded can still be used."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes belong into a transaction()")
    session.commit()


def release_connection() -> None:
    """Give the connection back to the pool, as before a long body is read."""
    db.session.close()


def close_connections() -> None:
    """Close what the pool holds, before processes are forked that must not share it."""
    db.session.close()
    db.session.get_bind().engine.dispose()


@contextmanager
def _turn(session: Session, patience: float) -> Iterator[None]:
    """Let the threads of this process write one after the other, where only one can.

    SQLite lets them wait asleep and wakes them late, and whoever is unlucky never.
    """
    url = session.get_bind().engine.url
    if not url.drivername.startswith("sqlite"):
        yield
        return
    turn = _turns.setdefault(str(url), Lock())
    if not turn.acquire(timeout=patience):
        raise TimeoutError("other writers took too long")
    try:
        yield
    finally:
        turn.release()


def _begin_writing(session: Session, deadline: float) -> None:
    while True:
        try:
            session.connection(execution_options={"tilsit_writing": True})
        except OperationalError as error:
            session.rollback()
            is_busy = isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error)
            if not is_busy or time.monotonic() >= deadline:
                raise
        else:
            return


def _wait_longer(session: Session, patience: float) -> None:
    """Let PostgreSQL wait for others as long as the caller does, in this transaction."""
    if patience != PATIENCE_SECONDS and session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = {patience * 1000:.0f}"))


def _run_before_commit(session: Session) -> None:
    first: dict[object, Step] = session.info[_BEFORE]
    last: dict[object, Step] = session.info[_LAST]
    while steps := first or last:
        steps.pop(next(iter(steps)))()
    session.flush()
    for sequel in session.info[_SEQUELS].values():
        sequel.prepare()


def _insert_new(model: Any) -> Any:
    is_postgres = _demand_open().connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgres else sqlite.insert
    return insert(model).on_conflict_do_nothing()


def _demand_open() -> Session:
    session = db.session()
    if not session.info.get(_OPEN):
        raise RuntimeError("this needs an open transaction()")
    return session
