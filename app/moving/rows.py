"""Rows as lines of COPY, written as PostgreSQL itself writes them.

So the same row is the same line on both sides, and one digest can be compared.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
)

# What SQLite gives: texts and blobs both as bytes.
Value = Any
Writer = Callable[[Value], bytes]

_NULL = b"\\N"
_MARKS = re.compile(rb"[\\\x08\t\n\v\f\r]")
_ESCAPED = {
    b"\\": rb"\\",
    b"\x08": rb"\b",
    b"\t": rb"\t",
    b"\n": rb"\n",
    b"\v": rb"\v",
    b"\f": rb"\f",
    b"\r": rb"\r",
}
_DIGEST_BYTES = 16
_MODULUS = 1 << 8 * _DIGEST_BYTES


@dataclass
class Tally:
    """How many lines there were, and a digest of them that does not depend on their order."""

    count: int = 0
    total: int = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Count lines, each with its end."""
        for line in lines:
            self.count += 1
            self.total += int.from_bytes(blake2b(line, digest_size=_DIGEST_BYTES).digest())
        self.total %= _MODULUS

    @property
    def digest(self) -> str:
        """Return the digest as text."""
        return f"{self.total:032x}"


@dataclass
class Writing:
    """How the rows of one table become lines; `mended` counts values that lost a NUL."""

    table: Table
    mended: int = 0
    _writers: list[Writer] = field(init=False)

    def __post_init__(self) -> None:
        self._writers = [self._writer_of(column) for column in self.table.columns]

    def lines(self, rows: Iterable[Sequence[Value]]) -> list[bytes]:
        """Return rows as lines of COPY, values in the order of the table's columns."""
        writers = self._writers
        return [
            b"\t".join(
                [
                    _NULL if value is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]
            )
            + b"\n"
            for row in rows
        ]

    def _writer_of(self, column: Column[Any]) -> Writer:
        kind = getattr(column.type, "impl", column.type)
        for types, write in _WRITERS:
            if isinstance(kind, types):
                return write
        if isinstance(kind, String | JSON):
            return self._text
        raise TypeError(f"no way to write {column}: {kind!r}")

    def _text(self, value: Value) -> bytes:
        text = value if isinstance(value, bytes) else str(value).encode()
        if b"\0" in text:
            # PostgreSQL has no NUL in its texts, and nobody can see one.
            text = text.replace(b"\0", b"")
            self.mended += 1
        return _MARKS.sub(_escape, text) if _MARKS.search(text) else text


def _escape(found: re.Match[bytes]) -> bytes:
    return _ESCAPED[found[0]]


def _number(value: Value) -> bytes:
    return b"%d" % value if isinstance(value, int) else _foreign(value)


def _truth(value: Value) -> bytes:
    return (b"f", b"t")[value] if value in {0, 1} else _foreign(value)


def _moment(value: Value) -> bytes:
    """Write a time as PostgreSQL does: in UTC, and without zeros at its end."""
    text = _foreign(value).replace(b"T", b" ")
    return (text.rstrip(b"0").rstrip(b".") if b"." in text else text) + b"+00"


def _blob(value: Value) -> bytes:
    return rb"\\x" + _foreign(value).hex().encode()


def _foreign(value: Value) -> bytes:
    """Give a value of a kind that does not belong here as it is: PostgreSQL judges it."""
    return value if isinstance(value, bytes) else str(value).encode()


_WRITERS: tuple[tuple[Any, Writer], ...] = (
    (Boolean, _truth),
    ((Integer, BigInteger), _number),
    (DateTime, _moment),
    (Date, _foreign),
    (LargeBinary, _blob),
)
