"""The fast way into either database: one transaction, many rows at a time."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Engine, Table, func, insert, select, text

Row = dict[str, Any]

_CACHE_KIB = 1_000_000


@contextmanager
def loading(engine: Engine) -> Iterator[Connection]:
    """Give a connection with one writing transaction for a whole load.

    Whatever ends it early leaves the database as it was.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    engine.dispose()  # Connections that wait in the pool would keep SQLite's journal as it is.
    try:
        with (
            engine.connect().execution_options(tilsit_writing=True) as connection,
            _hurried(connection) if is_sqlite else nullcontext(),
            connection.begin(),
        ):
            yield connection
    finally:
        # What was set for the load belongs to the connection, so nobody may get it again;
        # and every new one brings SQLite's write-ahead log back.
        engine.dispose()
        engine.connect().close()
    if not is_sqlite:
        _analyze(engine)


def load(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have every column of a table."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
    else:
        _copy(connection, table, rows)


def next_number(connection: Connection, table: Table) -> int:
    """Return the number that the next row of a table may have."""
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def settle_numbers(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL go on counting behind the rows that brought their numbers."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, next_number(connection, table), False)))


def measure_size(engine: Engine) -> int:
    """Return the bytes that the database takes."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            asked = text("SELECT pg_database_size(current_database())")
        else:
            asked = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return connection.scalar(asked) or 0


@contextmanager
def _hurried(connection: Connection) -> Iterator[None]:
    """Let SQLite not wait for the disk until all is there.

    The old journal writes each page once, and can still roll everything back.
    """
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise click.ClickException(
            "Somebody has the database open. Stop the server and start again."
        ) from error
    driver.execute("PRAGMA synchronous=OFF")
    driver.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    yield
    _sync(driver)


def _sync(driver: Any) -> None:
    path = driver.execute("PRAGMA database_list").fetchone()[2]
    with Path(path).open("rb") as file:
        os.fsync(file.fileno())


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    columns = table.c.keys()
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{table.name}" ({names}) FROM STDIN'
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(row[column]) for column in columns])


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value


def _analyze(engine: Engine) -> None:
    # A server that grew slowly would have counted its rows by itself.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
