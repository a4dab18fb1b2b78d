"""A consistent copy of the database, made while others write."""

from dataclasses import dataclass
from pathlib import Path

from app.backup import postgres, sqlite
from app.backup.copying import Pace
from app.backup.manifest import POSTGRESQL, SQLITE
from app.backup.standing import Facts
from app.extensions import db


@dataclass(frozen=True)
class Snapshot:
    """What is in the copy; its files lie in the folder that it was made in."""

    database: str
    facts: Facts
    digests: frozenset[str]
    sequences: dict[str, int]


def take_snapshot(folder: Path, pace: Pace) -> Snapshot:
    """Copy the database into a folder; raises `BackupFailed`."""
    # What this process has read is of no use, and would keep a connection.
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        return Snapshot(SQLITE, *sqlite.copy_database(folder, pace), {})
    return Snapshot(POSTGRESQL, *postgres.dump_tables(folder, pace))
