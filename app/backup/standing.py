"""What a frozen state of the database says: its facts, and the blobs that it stands on.

Asked in plain SQL, because the tables may be older than the code: a backup is never more
wanted than before an upgrade.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# Answers a statement with rows.
Ask = Callable[[str], Iterable[tuple[Any, ...]]]

# The columns whose digests are blobs; what else is called so is not (see docs/backup.md).
PLACES = (
    ("file", "sha256"),
    ("file", "metadata_sha256"),
    ("mirrored_file", "sha256"),
    ("mirrored_file", "metadata_sha256"),
    ("page_image", "sha256"),
)
# A row in which this is set is history: its bytes were given up for good.
_GIVEN_UP = "freed_at"
# Words are in tables of each database's own kind, and can be made anew.
WORDS = "listing_words"


@dataclass(frozen=True)
class Facts:
    """What the manifest tells of a database."""

    revision: str
    serial: int
    counts: dict[str, int]


def read_facts(ask: Ask, tables: Iterable[str]) -> Facts:
    """Return the revision, the last serial and the number of rows in each table."""
    (revision,) = next(iter(ask("SELECT version_num FROM alembic_version")))
    (serial,) = next(iter(ask("SELECT value FROM serial_counter")))
    counted = [table for table in sorted(tables) if not table.startswith(WORDS)]
    counts = {table: _count(ask, table) for table in counted}
    return Facts(str(revision), int(serial), counts)


def list_digests(ask: Ask, columns: Iterable[tuple[str, str]]) -> set[str]:
    """Return the digests of all blobs that rows stand on, given the columns that are there."""
    there = set(columns)
    return {
        digest
        for table, column in PLACES
        if (table, column) in there
        for (digest,) in ask(_digests(table, column, may_be_history=(table, _GIVEN_UP) in there))
    }


def _digests(table: str, column: str, *, may_be_history: bool) -> str:
    live = f" AND {_GIVEN_UP} IS NULL" if may_be_history else ""
    return f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL{live}"  # noqa: S608


def _count(ask: Ask, table: str) -> int:
    ((number,),) = ask(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a table of ours
    return int(number)
