"""What is brought over, and what has come of it: all tables, and the words of searches."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import psycopg
from sqlalchemy import Table, text
from typing_extensions import override

from app.extensions import db
from app.moving.exceptions import RowRefused
from app.moving.rows import Tally, Writing
from app.moving.source import Row, Source
from app.search.backends import the_backend
from app.search.backends.sqlite import KEPT_WORDS, entry_of

WORDS = "listing_words"
_COUNT_WORDS = text("SELECT count(*) FROM listing_words")

# So that the server works on the first of a batch while the next ones are written.
_CHUNK = 1_000
_PLACE = re.compile(r"line (\d+)(?:, column (\w+))?")


class Cargo(Protocol):
    """Rows that go into one table of the target."""

    name: str
    count: int

    def rows(self) -> Iterator[Row]:
        """Yield all rows of the source, always in the same order."""

    def lines(self, rows: Sequence[Row]) -> list[bytes]:
        """Return rows in the form in which they are compared."""

    def deliver(self, rows: Sequence[Row], tally: Tally) -> None:
        """Put rows into the target, inside a transaction, and add their lines to a tally."""

    def arrived(self) -> Tally:
        """Return the tally of what is in the target."""

    def is_same(self, sent: Tally, arrived: Tally) -> bool:
        """Tell whether two tallies say that all has arrived."""
        return sent == arrived


class TableCargo(Cargo):
    """A table whose rows are the same on both sides, sent by COPY."""

    def __init__(self, source: Source, table: Table) -> None:
        self.name, self.count = table.name, source.count(table.name)
        self._source, self._table = source, table
        self._writing = Writing(table)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        self._into = f'COPY "{table.name}" ({names}) FROM STDIN'
        self._out = f'COPY "{table.name}" ({names}) TO STDOUT'

    @property
    def mended(self) -> int:
        """Return how many values lost a NUL."""
        return self._writing.mended

    @override
    def rows(self) -> Iterator[Row]:
        return self._source.rows(self._table)

    @override
    def lines(self, rows: Sequence[Row]) -> list[bytes]:
        return self._writing.lines(rows)

    @override
    def deliver(self, rows: Sequence[Row], tally: Tally) -> None:
        try:
            with _cursor() as cursor, cursor.copy(self._into) as copy:
                for chunk in _chunks(rows):
                    lines = self.lines(chunk)
                    copy.write(b"".join(lines))
                    tally.add(lines)
        except psycopg.DataError as error:
            raise self._refusal(rows, error) from error

    @override
    def arrived(self) -> Tally:
        tally = Tally()
        with _cursor() as cursor, cursor.copy(self._out) as lines:
            tally.add(map(bytes, lines))
        return tally

    def _refusal(self, rows: Sequence[Row], error: psycopg.DataError) -> RowRefused:
        """Return which row it was, by what the server says of the line."""
        found = _PLACE.search(error.diag.context or "")
        row = rows[int(found[1]) - 1] if found else ()
        told = dict(zip(self._table.columns.keys(), row, strict=False))
        which = ", ".join(f"{key.name} {_shown(told.get(key.name))}" for key in self._keys())
        column = f", column {found[2]}" if found and found[2] else ""
        return RowRefused(
            f"PostgreSQL does not take a row of {self.name} ({which}{column}): "
            f"{error.diag.message_primary}. Correct it in the SQLite database, then run this again."
        )

    def _keys(self) -> Sequence[Any]:
        return list(self._table.primary_key)


class WordCargo(Cargo):
    """What searches look at, which PostgreSQL keeps in its own way."""

    name = WORDS

    def __init__(self, source: Source) -> None:
        self._source = source
        self.count = source.count("listing_words_docsize")

    @override
    def rows(self) -> Iterator[Row]:
        return self._source.read(KEPT_WORDS)

    @override
    def lines(self, rows: Sequence[Row]) -> list[bytes]:
        return [repr(tuple(row)).encode() for row in rows]

    @override
    def deliver(self, rows: Sequence[Row], tally: Tally) -> None:
        the_backend().put([entry_of(row) for row in rows])
        tally.add(self.lines(rows))

    @override
    def arrived(self) -> Tally:
        return Tally(count=db.session.scalar(_COUNT_WORDS) or 0)

    @override
    def is_same(self, sent: Tally, arrived: Tally) -> bool:
        # Each side keeps words in its own way, so their number is all that can be compared.
        return sent.count == arrived.count


def empty(name: str) -> None:
    """Take all rows out of a table of the target."""
    db.session.execute(text(f'TRUNCATE "{name}"'))


def _cursor() -> Any:
    driver: Any = db.session.connection().connection.driver_connection
    return driver.cursor()


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), _CHUNK):
        yield rows[begin : begin + _CHUNK]


def _shown(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
