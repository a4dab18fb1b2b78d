"""The queue that wakes workers, and the worker's loop."""

import logging
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from threading import Event

import click
from flask import Flask
from flask.cli import AppGroup
from huey import Huey, SqliteHuey, crontab
from huey.consumer import Consumer
from typing_extensions import override

from app.core import jobs
from app.core.database import patiently
from app.core.faults import reach
from app.core.pulse import keep_beating
from app.core.runtime import application, setting

cli = AppGroup("jobs", help="Work that is done in the background.")

# A page must not wait for a queue that somebody has locked.
_WEB_TIMEOUT = 1
_WORKER_TIMEOUT = 5
# So much less than `flask serve` waits before it ends its processes by force.
_MARGIN = 2
# Nobody waits for a look at the queue.
_LOOK_TIMEOUT = 0.2

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Bind the way in which workers are woken to an application."""
    app.extensions["wake"] = jobs.run_job if app.config["JOBS_INLINE"] else _waker(app)
    app.cli.add_command(cli)


def make_queue(app: Flask, *, timeout: int) -> Huey:
    """Return the queue with its two tasks: do one job, and look for jobs left behind.

    `timeout` is how many seconds to wait while somebody else has it locked.
    """
    path = app.config["QUEUE_PATH"]
    queue = SqliteHuey("tilsit", filename=path, results=False, timeout=timeout)
    queue.is_over = Event()

    @queue.task(name="run_job")
    def run_job(job_id: int) -> None:
        with app.app_context(), patiently():
            jobs.run_job(job_id)

    @queue.periodic_task(crontab(), name="sweep")
    def sweep() -> None:
        with app.app_context(), patiently():
            jobs.promise_daily()
            jobs.promise_regular()
            # A worker that is told to end leaves the rest to the next one.
            jobs.sweep(queue.is_over.is_set)

    queue.wake = run_job
    queue.sweep = sweep
    return queue


def _waker(app: Flask) -> Callable[[int], None]:
    @cache
    def queue() -> Huey:
        return make_queue(app, timeout=_WEB_TIMEOUT)

    def wake(job_id: int) -> None:
        try:
            reach("job.waking")
            queue().wake(job_id)
        except (OSError, sqlite3.Error):
            # The row stands; the sweep will find it.
            _log.warning("the queue could not be told", extra={"job": job_id})

    return wake


@cli.command("work")
@click.option("--workers", default=2, show_default=True, help="Jobs done at the same time.")
def work(workers: int) -> None:
    """Do jobs as they come, until told to stop."""
    do_jobs(application(), workers=workers)


def do_jobs(app: Flask, *, workers: int = 2) -> None:
    """Be a worker until a signal comes, then finish the jobs at hand."""
    _set_broken_aside(Path(app.config["QUEUE_PATH"]))
    queue = make_queue(app, timeout=_WORKER_TIMEOUT)
    pulse = keep_beating(app)
    # What a worker that died has left behind is done first, as soon as there are hands.
    queue.sweep()
    patience = max(app.config["STOP_TIMEOUT"] - _MARGIN, 1)
    _Consumer(
        queue, workers=workers, initial_delay=0.05, max_delay=0.5, shutdown_timeout=patience
    ).run()
    pulse.set()


def is_queue_usable() -> bool:
    """Tell whether workers can be woken; a queue that nobody has used yet can."""
    path = Path(setting("QUEUE_PATH"))
    if not path.exists():
        return os.access(path.parent, os.W_OK)
    try:
        with closing(sqlite3.connect(path, timeout=_LOOK_TIMEOUT)) as connection:
            connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        return False
    return True


def _set_broken_aside(path: Path) -> None:
    """Begin a new queue when the file is none any more: all that counts is in the database."""
    try:
        if path.exists():
            with closing(sqlite3.connect(path, timeout=_WORKER_TIMEOUT)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # Somebody holds it; it is not broken because of that.
        return
    except sqlite3.DatabaseError as error:
        _log.error("the queue was broken and begins anew: %s", error)
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{ending}").replace(f"{path}.broken{ending}")


class _Consumer(Consumer):
    """huey's consumer, which ends gracefully by either signal: the first asks, the second ends."""

    def __init__(self, queue: Huey, **options: float) -> None:
        super().__init__(queue, **options)
        # signal -> (start again, finish the jobs at hand)
        self._signal_actions = {signal.SIGTERM: (False, True), signal.SIGINT: (False, True)}

    @override
    def stop(self, graceful: bool = False) -> None:
        self.huey.is_over.set()
        super().stop(graceful)
