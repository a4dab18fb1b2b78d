"""Copies of a PostgreSQL database: each table as rows, out of one read transaction.

Not by pg_dump: it must be there, and not be older than the server; and what it writes goes
into PostgreSQL only. These rows go into tables that our own migrations make, in either kind
of database.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.backup.copying import CHUNK, Pace, open_new
from app.backup.exceptions import BackupFailed
from app.backup.manifest import ROWS
from app.backup.standing import Ask, Facts, list_digests, read_facts
from app.extensions import db

_BEGIN = (
    # Whatever this machine is set to, the rows look the same.
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    # A migration that runs now is waited for, but not without end.
    "SET LOCAL lock_timeout = '60s'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
)
_SEQUENCES = """
SELECT t.relname || '.' || a.attname, coalesce(pg_sequence_last_value(s.oid), 0)
FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
  AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND t.relnamespace = current_schema()::regnamespace
"""
# Fast, and a third of the size; what is smaller takes much longer.
_LEVEL = 1


def dump_tables(folder: Path, pace: Pace) -> tuple[Facts, frozenset[str], dict[str, int]]:
    """Write all rows into a folder and return what they say; raises `BackupFailed`."""
    (folder / ROWS).mkdir(mode=0o700)
    with _failures_told(), _frozen() as connection:
        ask = asker(connection)
        tables = [str(name) for (name,) in ask(_TABLES)]
        if "alembic_version" not in tables:
            raise BackupFailed("The database has no tables yet: run `flask db upgrade` first.")
        _keep_from_changing(connection, tables)
        for table in tables:
            _dump(connection, table, folder / ROWS / f"{table}.copy.gz", pace)
        facts = read_facts(ask, tables)
        digests = list_digests(ask, [(table, column) for table, column in ask(_COLUMNS)])
        return facts, frozenset(digests), {key: int(last) for key, last in ask(_SEQUENCES)}


def asker(connection: Connection) -> Ask:
    """Return a function that asks a database."""

    def ask(statement: str) -> Any:
        return connection.exec_driver_sql(statement)

    return ask


@contextmanager
def _frozen() -> Iterator[Connection]:
    """Give a connection that sees the database as it is at this moment until the end."""
    # Only for this connection: the others of the pool stay as they are.
    with db.engine.connect() as pooled:
        connection = pooled.execution_options(isolation_level="REPEATABLE READ")
        for statement in _BEGIN:
            connection.exec_driver_sql(statement)
        yield connection
        connection.rollback()


def _keep_from_changing(connection: Connection, tables: list[str]) -> None:
    """Keep migrations out; rows can be written as ever."""
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    lock = sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names)
    connection.connection.cursor().execute(lock)


def _dump(connection: Connection, table: str, path: Path, pace: Pace) -> None:
    """Write a table as `COPY` does, compressed, with the names of its columns in the first line."""
    wanted = sql.SQL("COPY {} TO STDOUT WITH (HEADER)").format(sql.Identifier(table))
    with (
        open_new(path) as file,
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed,
        connection.connection.cursor().copy(wanted) as copy,
    ):
        for block in _blocks(copy):
            packed.write(block)
            pace.spend(len(block))


def _blocks(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Yield rows, which come one by one, in larger pieces."""
    block = bytearray()
    for row in rows:
        block += row
        if len(block) >= CHUNK:
            yield bytes(block)
            block.clear()
    yield bytes(block)


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise BackupFailed(f"The database cannot be copied ({told}).") from error
