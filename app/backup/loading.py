"""Bringing the database of a backup into that of this installation."""

import logging
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.backup import rowtables, sqlite
from app.backup.copying import chunks_of, drain, open_new, open_no_link, sync_folder
from app.backup.exceptions import BadBackup, CannotRestore
from app.backup.manifest import DATABASE, ROWS, SQLITE, Manifest
from app.backup.rows import open_rows, values_of
from app.backup.standing import WORDS
from app.backup.target import empty_database, is_postgresql
from app.backup.vault import Backup
from app.core.progress import track
from app.core.runtime import part

_BATCH = 1000


def demand_fitting(manifest: Manifest) -> None:
    """Raise `CannotRestore` unless this code knows the tables, and the database takes them."""
    scripts = ScriptDirectory.from_config(part("migrate").migrate.get_config())
    try:
        is_known = scripts.get_revision(manifest.revision) is not None
    except CommandError:
        is_known = False
    if not is_known:
        raise CannotRestore(
            f"The backup was made by version {manifest.version}, which is newer than this one: "
            "install that version, or a newer one, and restore with it."
        )
    if manifest.database == SQLITE and is_postgresql():
        raise CannotRestore(
            "The backup is of an SQLite database: restore it without DATABASE_URL, and then run "
            "`flask db move URL`."
        )


def load_database(backup: Backup) -> bool:
    """Bring all rows in, as they were; tell whether the words of the search must be made anew."""
    # Alembic tells of each step; here it is one of many.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    empty_database()
    if backup.manifest.database == SQLITE:
        _place_file(backup, sqlite.database_path())
        return False
    flask_migrate.upgrade(revision=backup.manifest.revision)
    if is_postgresql():
        _fill_postgresql(backup)
        return False
    _fill_sqlite(backup)
    return True


def _place_file(backup: Backup, path: Path) -> None:
    item = backup.manifest.find_item(DATABASE)
    draft = path.with_name(f"{path.name}.restoring")
    draft.unlink(missing_ok=True)
    with open_no_link(backup.folder / DATABASE) as source, open_new(draft) as target:
        told = drain(chunks_of(source), target)
        target.flush()
        os.fsync(target.fileno())
    if item is None or told != (item.size, item.sha256):
        raise BadBackup(f"{backup.folder / DATABASE} has changed meanwhile: use another backup.")
    draft.rename(path)
    sync_folder(path.parent)


def _fill_postgresql(backup: Backup) -> None:
    with rowtables.refilled() as connection:
        for table, path in track(_list_rows(backup), label="Tables"):
            with open_rows(path) as (columns, rows):
                rowtables.fill(connection, table, columns, rows)
        rowtables.set_sequences(connection, backup.manifest.sequences)
    rowtables.analyse()


def _fill_sqlite(backup: Backup) -> None:
    with closing(sqlite3.connect(sqlite.database_path())) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table, path in track(_list_rows(backup), label="Tables"):
            if not table.startswith(WORDS):
                _fill_table(connection, table, path)
        _set_sequences(connection, backup.manifest.sequences)
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise BadBackup(f"The backup has {len(broken)} broken references: use another one.")
        connection.execute("COMMIT")


def _fill_table(connection: sqlite3.Connection, table: str, path: Path) -> None:
    types = {
        name: kind for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')
    }
    with open_rows(path) as (columns, rows):
        if not types.keys() >= set(columns):
            raise BadBackup(f"{path} does not fit its table: use another backup.")
        connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a checked name
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks})',  # noqa: S608 - checked names
            values_of(rows, [types[column] for column in columns]),
        )


def _set_sequences(connection: sqlite3.Connection, last: Mapping[str, int]) -> None:
    for key, number in last.items():
        table = key.partition(".")[0]
        connection.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table)
        )


def _list_rows(backup: Backup) -> list[tuple[str, Path]]:
    """Return the tables of a backup and where their rows are."""
    return [
        (item.path.removeprefix(f"{ROWS}/").removesuffix(".copy.gz"), backup.folder / item.path)
        for item in backup.manifest.files
        if item.path.startswith(f"{ROWS}/")
    ]
