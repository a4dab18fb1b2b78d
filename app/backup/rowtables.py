"""The tables of a PostgreSQL database as those who fill or replace them see them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from psycopg import sql
from sqlalchemy import Connection

from app.backup.copying import CHUNK
from app.extensions import db

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_COMPANY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user
  AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_REFERENCES = """
SELECT t.relname, c.conname, pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace
"""


def list_tables() -> list[str]:
    """Return the names of all tables."""
    with db.engine.connect() as connection:
        return _list(connection)


def has_company() -> bool:
    """Tell whether somebody else is connected."""
    with db.engine.connect() as connection:
        return bool(connection.exec_driver_sql(_COMPANY).scalar())


def drop_all() -> None:
    """Remove all tables."""
    with db.engine.begin() as connection:
        for table in _list(connection):
            _run(connection, sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))


def move_aside(schema: str) -> None:
    """Move all tables into another schema, where nobody looks for them."""
    with db.engine.begin() as connection:
        tables = _list(connection)
        if not tables:
            return
        _run(connection, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for table in tables:
            names = map(sql.Identifier, (table, schema))
            _run(connection, sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(*names))


@contextmanager
def refilled() -> Iterator[Connection]:
    """Give a transaction in which all tables are empty and may refer to what is not there yet."""
    with db.engine.begin() as connection:
        references = connection.exec_driver_sql(_REFERENCES).all()
        for table, name, _ in references:
            names = map(sql.Identifier, (table, name))
            _run(connection, sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*names))
        tables = sql.SQL(", ").join(map(sql.Identifier, _list(connection)))
        _run(connection, sql.SQL("TRUNCATE {}").format(tables))
        yield connection
        for table, name, definition in references:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(
                *map(sql.Identifier, (table, name))
            )
            _run(connection, add + sql.SQL(definition))


def fill(connection: Connection, table: str, columns: list[str], rows: BinaryIO) -> None:
    """Bring rows, as `COPY` writes them, into a table."""
    wanted = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.connection.cursor().copy(wanted) as copy:
        while block := rows.read(CHUNK):
            copy.write(block)


def set_sequences(connection: Connection, last: Mapping[str, int]) -> None:
    """Let numbers go on behind the last ones that were given out, by table and column."""
    for key, number in last.items():
        table, _, column = key.partition(".")
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence(quote_ident(%s), %s), greatest(%s, 1), %s)",
            (table, column, number, number > 0),
        )


def analyse() -> None:
    """Let the planner know what is in the tables."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _list(connection: Connection) -> list[str]:
    return [str(name) for name in connection.exec_driver_sql(_TABLES).scalars()]


def _run(connection: Connection, statement: sql.Composable) -> None:
    connection.connection.cursor().execute(statement)
