"""Copies of an SQLite database: page by page, out of one read transaction."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.backup.copying import Pace
from app.backup.exceptions import BackupFailed
from app.backup.manifest import DATABASE
from app.backup.standing import Ask, Facts, list_digests, read_facts
from app.extensions import db

# A step is a megabyte at the usual size of a page: a moment, between which others get on.
_STEP = 256
# So much of reading takes a few milliseconds.
_OPERATIONS = 50_000
_PAGES = "SELECT page_size FROM pragma_page_size"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_COLUMNS = (
    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
    " WHERE m.type = 'table'"
)


def database_path() -> Path:
    """Return the file of the database; raises `BackupFailed` when it has none."""
    name = db.engine.url.database
    if not name or name == ":memory:":
        raise BackupFailed("A database in memory cannot be kept: set DATABASE_URL.")
    return Path(name).absolute()


def copy_database(folder: Path, pace: Pace) -> tuple[Facts, frozenset[str]]:
    """Copy the database into a folder and return what it says; raises `BackupFailed`."""
    path, target = database_path(), folder / DATABASE
    with _failures_told():
        before = _identity(path)
        with open_file(path) as source, closing(_new_copy(target)) as copy:
            _copy(source, copy, pace)
            # It is nobody's but ours, so reading it can be interrupted for a rest.
            copy.set_progress_handler(pace.spend, _OPERATIONS)
            _demand_sound(copy)
            told = _read(copy)
        if _identity(path) != before:
            raise BackupFailed("The file of the database was replaced meanwhile: run it again.")
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return told


@contextmanager
def open_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that must be there, in one read transaction."""
    # Not read-only: without somebody else, its log could not be read then.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield connection


def asker(connection: sqlite3.Connection) -> Ask:
    """Return a function that asks a database."""
    return connection.execute


def _new_copy(target: Path) -> sqlite3.Connection:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(target)
    # Whoever is interrupted begins anew, and it is brought to the disk once at the end.
    for pragma in ("journal_mode=OFF", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, pace: Pace) -> None:
    """Copy all pages as they were when the source's transaction began.

    Without that transaction the copy would begin anew with each write of somebody else.
    """
    (size,) = source.execute(_PAGES).fetchone()
    source.backup(copy, pages=_STEP, progress=lambda *_: pace.spend(_STEP * size))
    # The copy is one file, without a log beside it.
    copy.execute("PRAGMA journal_mode=DELETE")


def _demand_sound(copy: sqlite3.Connection) -> None:
    ((told,),) = copy.execute("PRAGMA quick_check(1)").fetchall()
    if told != "ok":
        raise BackupFailed(f"The database is damaged ({told}): restore an older backup.")


def _read(copy: sqlite3.Connection) -> tuple[Facts, frozenset[str]]:
    ask = asker(copy)
    facts = read_facts(ask, [name for (name,) in ask(_TABLES)])
    return facts, frozenset(list_digests(ask, [(table, column) for table, column in ask(_COLUMNS)]))


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, StopIteration, ValueError) as error:
        told = str(error) or "it has no tables"
        raise BackupFailed(f"The database cannot be copied ({told}).") from error


def _identity(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError as error:
        raise BackupFailed(
            f"The database {path} cannot be read ({error.strerror}): set DATABASE_URL or DATA_DIR."
        ) from error
    return facts.st_dev, facts.st_ino
