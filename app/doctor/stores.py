"""Checks of what keeps data: database, files, queue, backups."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.backlog import read_load
from app.core.pulse import find_last_beat, is_worker_alive
from app.core.queue import is_queue_usable
from app.core.runtime import setting
from app.core.schema import find_revision, read_revisions
from app.core.settings import find_setting
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.doctor.findings import Finding, doubtful, fine, wrong
from app.extensions import db

_OLDEST_POSTGRESQL = 15
_OLDEST_BACKUP = timedelta(days=2)
_UPGRADE = "Run `flask db upgrade`."


def check_database() -> Finding:
    """Ask the database who it is."""
    dialect = db.engine.dialect
    question = "SHOW server_version" if dialect.name == "postgresql" else "SELECT sqlite_version()"
    try:
        told = str(db.session.scalar(text(question)))
    except SQLAlchemyError as error:
        db.session.remove()
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return wrong(
            f"The database does not answer: {reason}",
            "Start it, or set DATABASE_URL to where it is.",
        )
    if dialect.name == "postgresql" and int(told.split(".")[0]) < _OLDEST_POSTGRESQL:
        return wrong(f"PostgreSQL {told} is too old.", "Upgrade the server to 15 or newer.")
    return fine(f"{dialect.name} {told} answers.")


def check_schema() -> Finding:
    """Compare the tables with this version."""
    try:
        revision = find_revision(db.session.connection())
    except SQLAlchemyError:
        db.session.remove()
        revision = None
    if revision is None:
        return wrong("There are no tables.", _UPGRADE)
    if revision == read_revisions().head:
        return fine(f"The tables are those of this version ({revision}).")
    if revision in read_revisions().known:
        return wrong(f"The tables are older than this version ({revision}).", _UPGRADE)
    return wrong(
        f"The tables are newer than this version ({revision}).",
        "Install the newer version again, or restore a backup of before.",
    )


def check_integrity() -> Finding:
    """Let SQLite look through its file; PostgreSQL has checksums of its own for that."""
    if db.engine.dialect.name != "sqlite":
        return fine("The database looks after its pages itself.")
    told = str(db.session.scalar(text("PRAGMA quick_check(1)")))
    if told != "ok":
        return wrong(
            f"The database is damaged: {told.splitlines()[0]}",
            "Stop the service and restore the last backup.",
        )
    return fine("The file of the database is whole.")


def check_storage() -> Finding:
    """Write a file where files are kept."""
    try:
        blobs().check()
    except StorageUnavailable as error:
        reason = getattr(error.__cause__, "strerror", None) or "the folder is not there"
        return wrong(
            f"Files cannot be written to {setting('STORAGE_URL')}: {reason}.",
            "Mount the disk, make room, or set the rights of the folder.",
        )
    return fine("Files can be written.")


def check_queue() -> Finding:
    """See whether workers can be woken."""
    if not is_queue_usable():
        return doubtful(
            f"The queue {setting('QUEUE_PATH')} cannot be used, so jobs begin up to a minute late.",
            "Remove the file and start the worker anew: nothing in it is needed.",
        )
    return fine("Workers can be woken.")


def check_worker() -> Finding:
    """See whether a worker lives."""
    if is_worker_alive():
        return fine("A worker gave a sign of life in the last minutes.")
    seen = find_last_beat()
    since = "has ever been seen" if seen is None else f"has been seen since {seen:%Y-%m-%d %H:%M}"
    return doubtful(f"No worker {since}.", "Start one: `flask jobs work`, or `flask serve`.")


def check_jobs() -> Finding:
    """Look for jobs that were given up or wait for long."""
    load = read_load()
    if load.failed:
        return doubtful(
            f"{load.failed} jobs were given up after many attempts.",
            "See why at /admin/jobs, and do them again or remove them there.",
        )
    if load.late_since is not None:
        return doubtful(f"Jobs wait since {load.late_since:%Y-%m-%d %H:%M}.", "Start a worker.")
    return fine("No job was given up or waits for long.")


def check_backup() -> Finding:
    """See how old the last backup is."""
    told = find_setting("backup.finished")
    moment = told.get("at") if isinstance(told, dict) else told
    if not isinstance(moment, str):
        return doubtful("There never was a backup.", "Run `flask backup FOLDER` every day.")
    age = clock.now() - datetime.fromisoformat(moment)
    if age > _OLDEST_BACKUP:
        return doubtful(
            f"The last backup is {age.days} days old.", "See why `flask backup` does not run."
        )
    return fine("The last backup is recent.")
