"""Rows as `COPY` of PostgreSQL writes them, and their values as SQLite keeps them."""

import gzip
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from app.backup.copying import open_no_link
from app.backup.exceptions import BadBackup

_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NULL = r"\N"


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[list[str], BinaryIO]]:
    """Give the names of the columns and the rows behind them, not decoded."""
    with open_no_link(path) as file, gzip.open(file, "rb") as unpacked:
        rows = io.BufferedReader(cast(io.RawIOBase, unpacked))
        columns = rows.readline().decode().rstrip("\n").split("\t")
        if not all(map(_COLUMN.fullmatch, columns)):
            raise BadBackup(f"{path} is damaged: use another backup.")
        yield columns, rows


def values_of(rows: BinaryIO, types: list[str]) -> Iterator[list[Any]]:
    """Yield the rows with their values as SQLite keeps those of some types."""
    readers = [_reader(kind) for kind in types]
    for line in rows:
        fields = line.decode().rstrip("\n").split("\t")
        yield [
            None if field == _NULL else read(_unescape(field))
            for field, read in zip(fields, readers, strict=True)
        ]


def _unescape(field: str) -> str:
    if "\\" not in field:
        return field
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), field)


def _reader(kind: str) -> Callable[[str], Any]:
    """Return what makes a value of a text, by the type that a column was declared with."""
    word = kind.upper().partition("(")[0]
    readers: dict[str, Callable[[str], Any]] = {
        "BOOLEAN": lambda text: int(text == "t"),
        "INTEGER": int,
        "BIGINT": int,
        "SMALLINT": int,
        "FLOAT": float,
        "BLOB": lambda text: bytes.fromhex(text.removeprefix(r"\x")),
        "DATETIME": _moment,
    }
    return readers.get(word, str)


def _moment(text: str) -> str:
    # As SQLAlchemy writes it; all times were written in UTC.
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S.%f")
