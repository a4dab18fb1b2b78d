"""Figures of the whole site that the database knows, remembered for some seconds.

However often and by however many somebody asks, each process reads them once in a while:
what a page shows must not wait for who watches. Sums over all files are remembered longer.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.core import clock
from app.core.backlog import read_load
from app.core.models import Job
from app.core.pulse import find_last_beat
from app.core.runtime import part, setting
from app.core.settings import find_setting
from app.extensions import db
from app.indexes.queries import HOSTED, list_indexes
from app.mirror.models import MirrorDay, MirroredFile, UpstreamState
from app.mirror.status import list_mirrors, recall_use
from app.projects.models import File
from app.projects.totals import find_totals

PART = "metrics_facts"
SECONDS, LONG_SECONDS = 10.0, 300.0
# Kept by whoever makes backups.
_BACKUP = "backup.finished"


@dataclass(frozen=True)
class Fact:
    """A number of the moment, or one that only grows, with the labels of its series."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    is_counter: bool = False


class FactMemory:
    """What this process read last, by what read it, and until when that counts."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: dict[Callable[[], list[Fact]], tuple[float, list[Fact]]] = {}

    def recall(self, read: Callable[[], list[Fact]], seconds: float) -> list[Fact]:
        """Return facts as they were read lately, or read them."""
        good_until, facts = self.known.get(read, (0.0, []))
        if time.monotonic() >= good_until:
            facts = read()
            self.known[read] = (time.monotonic() + seconds, facts)
        return facts


def read_facts() -> list[Fact]:
    """Return all figures of the database; raises `SQLAlchemyError`."""
    memory: FactMemory = part(PART)
    with memory.lock:
        lasting = memory.recall(_read_stored, LONG_SECONDS)
        return [*memory.recall(_read_moment, SECONDS), *lasting]


def read_disks() -> list[Fact]:
    """Return how much room there is for the database and for files."""
    places = {"data": Path(setting("DATA_DIR")), "files": Path(setting("STORAGE_URL"))}
    usages = {name: shutil.disk_usage(path) for name, path in places.items() if path.exists()}
    free = "Room that is left on the disks of data and files."
    size = "Size of the disks of data and files."
    return [
        *(_of("tilsit_disk_free_bytes", free, use.free, place=at) for at, use in usages.items()),
        *(_of("tilsit_disk_size_bytes", size, use.total, place=at) for at, use in usages.items()),
    ]


def _read_moment() -> list[Fact]:
    return [*_read_queue(), *_read_worker(), *_read_backup(), *_read_upstreams(), *_read_mirrors()]


def _read_queue() -> list[Fact]:
    load = read_load()
    text = "Jobs by what becomes of them."
    states = {"waiting": load.waiting, "running": load.running, "failed": load.failed}
    due = select(func.min(Job.due_at)).where(Job.state == "queued", Job.due_at < clock.now())
    oldest = db.session.scalar(due)
    return [
        *(_of("tilsit_jobs", text, count, state=state) for state, count in states.items()),
        _of("tilsit_jobs_oldest_seconds", "For how long the oldest due job waits.", _age(oldest)),
    ]


def _read_worker() -> list[Fact]:
    seen = find_last_beat()
    text = "Time since a worker gave a sign of life; not there if none ever did."
    return [] if seen is None else [_of("tilsit_worker_seen_seconds", text, _age(seen))]


def _read_backup() -> list[Fact]:
    told = find_setting(_BACKUP)
    moment = _find_moment(told)
    text = "Time since a backup was finished; not there if none ever was."
    return [] if moment is None else [_of("tilsit_backup_age_seconds", text, _age(moment))]


def _read_upstreams() -> list[Fact]:
    is_up = UpstreamState.is_up
    counted = select(func.count().filter(is_up.is_(True)), func.count().filter(is_up.is_(False)))
    up, down = db.session.execute(counted).one()
    text = "Upstreams by how they were when somebody asked them last."
    return [
        _of("tilsit_upstreams", text, up, state="up"),
        _of("tilsit_upstreams", text, down, state="down"),
    ]


def _read_mirrors() -> list[Fact]:
    columns = (MirrorDay.pages, MirrorDay.files, MirrorDay.bytes, MirrorDay.failures)
    sums = db.session.execute(select(*(func.sum(column) for column in columns))).one()
    pages, files, size, failures = (float(value or 0) for value in sums)
    uses = [recall_use(index) for index in list_mirrors()]
    downloads = sum(use.downloads for use in uses)
    asked = min(sum(use.fetched_files for use in uses), downloads)
    fetched = "Pages and files that were fetched from upstreams."
    recent = "Downloads of mirrored files in 30 days, by whether an upstream had to be asked."
    return [
        _of("tilsit_mirror_fetched_total", fetched, pages, is_counter=True, kind="page"),
        _of("tilsit_mirror_fetched_total", fetched, files, is_counter=True, kind="file"),
        _sum("tilsit_mirror_fetched_bytes_total", "Bytes that came from upstreams.", size),
        _sum("tilsit_mirror_failures_total", "Fetches from upstreams that failed.", failures),
        _of("tilsit_mirror_recent_downloads", recent, downloads - asked, result="hit"),
        _of("tilsit_mirror_recent_downloads", recent, asked, result="miss"),
    ]


def _read_stored() -> list[Fact]:
    own = select(func.count(), func.sum(File.size)).where(File.removed_at.is_(None))
    copies = select(func.count(), func.sum(MirroredFile.size)).where(
        MirroredFile.sha256.is_not(None)
    )
    rows = {
        "published": db.session.execute(own).one(),
        "mirrored": db.session.execute(copies).one(),
    }
    hosted = [index.id for index in list_indexes() if index.kind == HOSTED]
    files, size = "Files that are kept.", "Bytes of all files that are kept."
    return [
        *(_of("tilsit_files", files, row[0], origin=origin) for origin, row in rows.items()),
        *(_of("tilsit_file_bytes", size, row[1] or 0, origin=at) for at, row in rows.items()),
        _of("tilsit_projects", "Projects of our own.", find_totals(hosted).projects),
    ]


def _find_moment(told: Any) -> datetime | None:
    """Return a moment as somebody kept it: ISO 8601, alone or under `at`."""
    moment = told.get("at") if isinstance(told, dict) else told
    return datetime.fromisoformat(moment) if isinstance(moment, str) else None


def _age(moment: datetime | None) -> float:
    return 0.0 if moment is None else max((clock.now() - moment).total_seconds(), 0.0)


def _sum(name: str, text: str, value: float) -> Fact:
    return Fact(name, text, value, is_counter=True)


def _of(name: str, text: str, value: float, *, is_counter: bool = False, **labels: str) -> Fact:
    return Fact(name, text, float(value), tuple(labels.items()), is_counter)
