"""What the service needs to serve, looked at no more than once a second."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.core.models import Setting
from app.core.pulse import is_worker_alive
from app.core.queue import is_queue_usable
from app.core.runtime import part, setting
from app.core.schema import find_revision, read_revisions
from app.core.stopping import is_announced
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db

_PART = "readiness"
OK, DEGRADED, UNAVAILABLE, STOPPING = "ok", "degraded", "unavailable", "stopping"

# What anybody may be told: no paths, no addresses, no figures.
WHYS = {
    "database-unavailable": "The database does not answer.",
    "schema-old": "The tables are older than this version: run `flask db upgrade`.",
    "schema-new": "The tables are newer than this version: install the newer one again.",
    "storage-unavailable": "Files cannot be written where they are kept.",
    "disk-low": "A disk has less room left than READY_DISK_MB.",
    "queue-unavailable": "The queue cannot be used, so jobs begin up to a minute late.",
    "worker-missing": "No worker gave a sign of life for three minutes, so jobs wait.",
}


@dataclass(frozen=True)
class Look:
    """How another part is looked at, without which all can be served.

    It gives a code of its `whys`, nothing when all is well, or None when that part is
    not in use; it must not wait.
    """

    name: str
    whys: Mapping[str, str]
    look: Callable[[], str | None]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `code` is empty when it is well.

    Without what is needed nobody is to be sent here; the rest is for somebody to mend.
    """

    name: str
    is_needed: bool
    code: str = ""


@dataclass(frozen=True)
class Readiness:
    """How the service is."""

    checks: tuple[Check, ...]
    is_stopping: bool = False

    @property
    def status(self) -> str:
        """Return it in a word."""
        wrong = [check for check in self.checks if check.code]
        if any(check.is_needed for check in wrong):
            return UNAVAILABLE
        if self.is_stopping:
            return STOPPING
        return DEGRADED if wrong else OK


_further: dict[str, Look] = {}


class Memory:
    """What was found last in this process, and until when that counts."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: Readiness | None = None
        self.good_until = 0.0


def init_app(app: Flask) -> None:
    """Give an application the memory of its last look."""
    app.extensions[_PART] = Memory()


def register(*looks: Look) -> None:
    """Have further parts looked at."""
    _further.update((each.name, each) for each in looks)


def why(code: str) -> str:
    """Return what anybody may be told about a code."""
    whys = {code: text for each in _further.values() for code, text in each.whys.items()}
    return (WHYS | whys)[code]


def read_readiness() -> Readiness:
    """Return how the service is, as this process found within the last second."""
    memory: Memory = part(_PART)
    # Who comes meanwhile waits for the same answer, instead of asking everything too.
    with memory.lock:
        if memory.found is None or time.monotonic() >= memory.good_until:
            memory.found = _look()
            memory.good_until = time.monotonic() + setting("READY_SECONDS")
        return memory.found


def _look() -> Readiness:
    checks = [Check(name, is_needed, look()) for name, is_needed, look in _LOOKS]
    codes = {name: _look_further(each) for name, each in _further.items()}
    checks += [Check(name, False, code) for name, code in codes.items() if code is not None]
    return Readiness(tuple(checks), is_stopping=is_announced())


def _look_further(each: Look) -> str | None:
    try:
        return each.look()
    except SQLAlchemyError:
        return _lost()


def _look_at_database() -> str:
    try:
        # An empty database answers too, but not this.
        db.session.execute(select(Setting.key).limit(1))
    except SQLAlchemyError:
        return _lost()
    return ""


def _look_at_schema() -> str:
    try:
        revision = find_revision(db.session.connection())
    except SQLAlchemyError:
        return _lost()
    if revision == read_revisions().head:
        return ""
    return "schema-old" if revision in read_revisions().known else "schema-new"


def _look_for_worker() -> str:
    try:
        return "" if is_worker_alive() else "worker-missing"
    except SQLAlchemyError:
        return _lost()


def _lost() -> str:
    db.session.remove()
    return "database-unavailable"


def _look_at_storage() -> str:
    try:
        blobs().check()
    except StorageUnavailable:
        return "storage-unavailable"
    return ""


def _look_at_disk() -> str:
    folders = [Path(setting("DATA_DIR"))]
    if setting("STORAGE_URL") != "memory:":
        folders.append(Path(setting("STORAGE_URL")))
    try:
        least = min(shutil.disk_usage(folder).free for folder in folders)
    except OSError:
        # The store says more of that.
        return ""
    return "disk-low" if least < setting("READY_DISK_BYTES") else ""


def _look_at_queue() -> str:
    return "" if is_queue_usable() else "queue-unavailable"


_LOOKS: tuple[tuple[str, bool, Callable[[], str]], ...] = (
    ("database", True, _look_at_database),
    ("schema", True, _look_at_schema),
    ("storage", True, _look_at_storage),
    ("disk", True, _look_at_disk),
    ("queue", False, _look_at_queue),
    ("worker", False, _look_for_worker),
)
