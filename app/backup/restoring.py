"""Restoring a backup into this installation, whole or not at all."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import flask_migrate
import psycopg
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from app.backup import target
from app.backup.copying import Pace, chunks_of, open_no_link, write_new
from app.backup.exceptions import BadBackup, CannotRestore
from app.backup.loading import demand_fitting, load_database
from app.backup.manifest import SECRET
from app.backup.vault import Backup, Vault
from app.backup.verifying import find_faults
from app.core.database import transaction
from app.core.jobs import enqueue
from app.core.progress import track
from app.core.runtime import data_path, setting
from app.core.storage import blobs
from app.extensions import db
from app.indexes.models import SerialCounter
from app.search.jobs import REBUILD
from app.simple.shelf import the_shelf

# Readers have seen numbers of changes that are lost now. What comes next must not look to
# them like something that they have already, so it gets numbers that nobody can have seen.
_LOST_SERIALS = 1_000_000


@dataclass(frozen=True)
class Restored:
    """What was restored, where the old parts are, and whether the key is another one."""

    backup: Backup
    replaced: str | None
    has_other_key: bool
    lacks: int


def restore(vault: Vault, backup: Backup, *, may_replace: bool, may_lack: bool) -> Restored:
    """Restore a backup; raises `DomainError`s that say what to do.

    Nothing here is touched before all of the backup has been read and found to be right.
    """
    demand_fitting(backup.manifest)
    lacks = _demand_whole(vault, backup, may_lack=may_lack)
    database = sum(item.size for item in backup.manifest.files)
    target.demand_room(database, backup.manifest.blob_bytes)
    with _failures_told():
        replaced = target.prepare(backup.name, may_replace=may_replace)
        _load_blobs(vault, backup, lacks)
        has_no_words = load_database(backup)
        has_other_key = _bring_key(backup, replaced)
        flask_migrate.upgrade()
        _settle(has_no_words=has_no_words)
        target.finish()
    return Restored(backup, replaced, has_other_key, len(lacks))


@contextmanager
def _failures_told() -> Iterator[None]:
    again = "see to that, and run the same command again."
    try:
        yield
    except (SQLAlchemyError, psycopg.Error, sqlite3.Error) as error:
        told = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise CannotRestore(f"The database does not take the backup ({told}): {again}") from error
    except OSError as error:
        raise CannotRestore(f"The disk does not take the backup ({error}): {again}") from error


def _demand_whole(vault: Vault, backup: Backup, *, may_lack: bool) -> set[str]:
    """Return the blobs that a backup lacks; raises `BadBackup` for more than may be lacking."""
    backup.read_blobs()
    paths = {item.path for item in backup.manifest.files}
    faults = list(find_faults(vault, [backup], Pace()))
    for fault in faults:
        if fault.what in paths:
            raise BadBackup(f"{fault.what} of {backup.name} is {fault.why}: use another backup.")
    if faults and not may_lack:
        raise BadBackup(
            f"{len(faults)} files are missing in {backup.name}: use another backup, or restore "
            "what is there with --incomplete."
        )
    return {fault.what for fault in faults}


def _load_blobs(vault: Vault, backup: Backup, lacks: set[str]) -> None:
    """Bring all blobs into the store but those that are there already."""
    wanted = {one: size for one, size in backup.read_blobs().items() if one not in lacks}
    for sha256, size in track(list(wanted.items()), label="Files"):
        if blobs().find_size(sha256) == size:
            continue
        with vault.pool.open(sha256) as source, blobs().receive() as arriving:
            for chunk in chunks_of(source):
                arriving.write(chunk)
            if arriving.digest() != sha256:
                raise BadBackup(f"{sha256} has changed meanwhile: use another backup.")
            blobs().save(arriving)


def _bring_key(backup: Backup, replaced: str | None) -> bool:
    """Put the secret key where it is looked for; tell whether the environment has another one."""
    with open_no_link(backup.folder / SECRET) as file:
        kept = file.read().decode().strip()
    path = data_path("secret_key")
    here = path.read_text().strip() if path.exists() else None
    if here == kept or setting("SECRET_KEY") == kept:
        return False
    if here != setting("SECRET_KEY"):
        return True
    if replaced is not None:
        shutil.copy2(path, path.with_name(f"{path.name}.{replaced}"))
    draft = path.with_name(f"{path.name}.restoring")
    draft.unlink(missing_ok=True)
    write_new(draft, kept.encode() + b"\n")
    draft.replace(path)
    return False


def _settle(*, has_no_words: bool) -> None:
    """Let nobody take what is here for what was here before."""
    with transaction() as session:
        lost = SerialCounter.value + _LOST_SERIALS
        session.execute(update(SerialCounter).values(value=lost))
        if has_no_words:
            enqueue(REBUILD)
    db.session.remove()
    # What lies there was made of another database; it is a projection, and made anew.
    shutil.rmtree(the_shelf().root, ignore_errors=True)
