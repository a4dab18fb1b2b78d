"""What every connection to either database is prepared with, and protected by."""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from flask import has_request_context
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

# Clients wait 8 s for a first byte; a busy database must be told of before that.
PATIENCE_SECONDS = 6.0
_BUSY_TIMEOUT_MS = 6_000

# What a page cannot have by then, nobody waits for any more.
_LONGEST_STATEMENT = "30s"
# Whoever holds rows and does nothing with them is thrown out.
_LONGEST_IDLE = "5min"

_FILE, _LIMIT = "tilsit.file", "tilsit.limit"
_seen_files: set[str] = set()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own transaction handling begins too late; `_begin` does it.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        # What was acknowledged survives a power cut, whatever the library was built with.
        "synchronous=FULL",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path:
        _seen_files.add(path)
        record.info[_FILE] = (path, _number_of(path))


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Protect the server from those who wait too long; what is set stays with the connection."""
    if not isinstance(connection, sqlite3.Connection):
        _set(
            connection,
            lock_timeout=f"{PATIENCE_SECONDS:.0f}s",
            idle_in_transaction_session_timeout=_LONGEST_IDLE,
        )


@event.listens_for(Pool, "checkout")
def _limit_statements(connection: Any, record: Any, _proxy: object) -> None:
    """Let no statement of a request take too long; work in the background has its time."""
    if isinstance(connection, sqlite3.Connection):
        return
    limit = _LONGEST_STATEMENT if has_request_context() else "0"
    if record.info.get(_LIMIT, "0") != limit:
        _set(connection, statement_timeout=limit)
        record.info[_LIMIT] = limit


def _set(connection: Any, **values: str) -> None:
    """Set what holds until the connection is closed, whatever becomes of transactions."""
    chosen = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in values.items())
    connection.autocommit = True
    connection.execute(f"SELECT {chosen}")
    connection.autocommit = False


@event.listens_for(Engine, "do_connect")
def _find_file(_dialect: object, _record: object, arguments: Any, _options: object) -> None:
    """Make the file of a new database, but never begin anew one that was here and is gone."""
    path = str(arguments[0]) if arguments else ""
    if not path.startswith("/") or _number_of(path) is not None:
        return
    if path in _seen_files:
        raise sqlite3.OperationalError("the file of the database is gone")
    with suppress(OSError):
        # Password hashes and waiting mails are in it, so it is for its owner alone.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


@event.listens_for(Pool, "checkout")
def _leave_lost_file(_connection: object, record: Any, _proxy: object) -> None:
    """Leave a file that was removed or replaced: what is written into it would be lost."""
    path, number = record.info.get(_FILE, (None, None))
    if path is not None and _number_of(path) != number:
        raise DisconnectionError("the file of the database is another one now")


def _number_of(path: str) -> int | None:
    """Return the number by which the file system knows a file, or None if it is not there."""
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - a path object costs as much as the question
    except OSError:
        return None


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("tilsit_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
