"""The SQLite database that is moved: read while nobody can write into it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import URL, Table

from app.moving.exceptions import SourceBusy, SourceUnusable

_PATIENCE_SECONDS = 30

Row = Sequence[Any]


class Source:
    """A database that stands still; texts are read as bytes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        found: int = self._connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - names of our own tables
        return found

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table, in the order of its primary key."""
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        order = ", ".join(f'"{column.name}"' for column in table.primary_key)
        return self.read(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}')  # noqa: S608 - as above

    def read(self, statement: str) -> Iterator[Row]:
        """Yield what a statement finds."""
        return self._connection.execute(statement)

    def demand_sound(self) -> None:
        """Raise `SourceUnusable` if a row refers to one that is not there."""
        broken = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            child, row, parent = (_shown(value) for value in broken[:3])
            raise SourceUnusable(
                f"Row {row} of {child} refers to a row of {parent} that is not there: "
                "run `flask check --repair`, and then this again."
            )


@contextmanager
def held_source(url: URL) -> Iterator[Source]:
    """Hold a database so that others only read it; raises `SourceBusy`.

    The lock is SQLite's own: it keeps out every writer, and goes with this process.
    """
    path = f"file:{url.database}?mode=rw"
    with closing(sqlite3.connect(path, uri=True, isolation_level=None)) as connection:
        connection.text_factory = bytes
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_SECONDS * 1000}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise SourceBusy from error
        try:
            yield Source(connection)
        finally:
            # Whoever still reads would hold the lock beyond the end of the connection.
            connection.rollback()


def _shown(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
