"""What a backup is restored into: the database, the files and the key of this installation."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app.backup import rowtables, sqlite
from app.backup.exceptions import CannotRestore, TargetInUse
from app.backup.unfinished import FILLING, MOVING, Mark, find_mark, leave_mark, take_mark_away
from app.core import clock
from app.core.runtime import data_path, setting
from app.core.storage import blobs
from app.extensions import db

_LOGS = ("-wal", "-shm", "-journal")


def is_postgresql() -> bool:
    """Tell which kind of database is set."""
    return db.engine.dialect.name == "postgresql"


def prepare(name: str, *, may_replace: bool) -> str | None:
    """Make this installation ready to take a backup; return what its old parts end with now.

    Raises `TargetInUse` when something is here that may not be replaced. What a restore
    that was not finished has brought is in nobody's way.
    """
    mark = _mark_of(name)
    found = find_mark(data_path())
    if found is not None and _same_place(found, mark):
        mark = replace(found, backup=name)
    elif not _is_used():
        mark = replace(mark, stage=FILLING, suffix="")
    else:
        if not may_replace:
            raise TargetInUse(
                "Something is here already: name an empty DATA_DIR, DATABASE_URL and STORAGE_URL, "
                "or let it be moved aside with --replace."
            )
        _demand_nobody()
    leave_mark(data_path(), mark)
    if mark.stage == MOVING:
        _move_aside(mark.suffix)
        leave_mark(data_path(), replace(mark, stage=FILLING))
    return mark.suffix or None


def finish() -> None:
    """Let the house start again."""
    take_mark_away(data_path())


def empty_database() -> None:
    """Remove what a restore that was not finished has brought into the database."""
    db.session.remove()
    db.engine.dispose()
    if is_postgresql():
        rowtables.drop_all()
        return
    path = sqlite.database_path()
    for suffix in ("", *_LOGS):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def demand_room(database: int, files: int) -> None:
    """Raise `CannotRestore` unless the disks have room for so many bytes."""
    store = setting("STORAGE_URL")
    places = {data_path(): database} if store == "memory:" else {Path(store): files + database}
    for folder, needed in places.items():
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise CannotRestore(
                f"{folder} has room for {free // 10**6} MB, and {needed // 10**6} MB are needed: "
                "make room first."
            )


def _mark_of(name: str) -> Mark:
    suffix = f"replaced-{clock.now():%Y%m%dT%H%M%SZ}"
    database = db.engine.url.render_as_string(hide_password=True)
    return Mark(name, MOVING, suffix, database, str(setting("STORAGE_URL")))


def _same_place(one: Mark, other: Mark) -> bool:
    return (one.database, one.storage) == (other.database, other.storage)


def _is_used() -> bool:
    if next(iter(blobs().list_blobs()), None) is not None:
        return True
    if is_postgresql():
        return bool(rowtables.list_tables())
    path = sqlite.database_path()
    return path.exists() and path.stat().st_size > 0


def _demand_nobody() -> None:
    """Raise `TargetInUse` while somebody else works with the database."""
    db.session.remove()
    db.engine.dispose()
    if rowtables.has_company() if is_postgresql() else _has_company(sqlite.database_path()):
        raise TargetInUse("Somebody has the database open: stop web and worker first.")


def _has_company(path: Path) -> bool:
    """Tell whether somebody has an SQLite database open; what is in its log goes into the file."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        # Damaged: that is why somebody wants to replace it.
        return False
    return False


def _move_aside(suffix: str) -> None:
    """Give all that is here another name; what was moved already stays."""
    db.engine.dispose()
    if is_postgresql():
        rowtables.move_aside(suffix)
    else:
        path = sqlite.database_path()
        for log in ("", *_LOGS):
            _rename(path.with_name(path.name + log), suffix)
    store = setting("STORAGE_URL")
    if store != "memory:" and next(iter(blobs().list_blobs()), None) is not None:
        _rename(Path(store), suffix)
        Path(store).mkdir()


def _rename(path: Path, suffix: str) -> None:
    if not os.path.lexists(path):
        return
    try:
        path.rename(path.with_name(f"{path.name}.{suffix}"))
    except OSError as error:
        raise CannotRestore(
            f"{path} cannot be moved aside ({error.strerror}): move what is in it elsewhere, "
            "and run this again."
        ) from error
