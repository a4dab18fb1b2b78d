"""An installation that breaks again and again: each time it is as it was before."""

import gc
import os
import pickle
import shutil
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
from flask import Flask

import config
from app import create_app
from app.core import faults
from app.core.faults import Fault, break_at
from app.extensions import db

_SECONDS = 60
# A folder beside the installation.
BACKUPS = "backups"
Work = Callable[[Flask], Any]


class Killed(Exception):
    """The process that did the work was killed at its fault point."""


class Settings(config.Production):
    """As for people, but for what is written a little later: a test says when, or never."""

    DOWNLOADS_DELAY = 0
    METERS_PAUSE = 0


@dataclass
class Installation:
    """A folder and a database, used by processes that live for one piece of work.

    They are forked from this one, which has an application that never did anything: so
    each starts as after a restart, within milliseconds.
    """

    folder: Path
    database_url: str | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._kept = self.folder.with_name(f"{self.folder.name}.kept")
        self.app = self._make_app()

    def prepare(self, furnish: Work) -> None:
        """Make tables and what `furnish` wants, and keep all of it."""
        warm = self._make_app()
        with warm.app_context():
            flask_migrate.upgrade()
            furnish(warm)
            db.session.remove()
            db.engine.dispose()
        # It has compiled most statements by now.
        db._app_engines[self.app] = db._app_engines[warm]
        shutil.copytree(self.folder, self._kept, symlinks=True)
        gc.collect()
        gc.freeze()
        self._tell_postgres("ALTER DATABASE {name} RENAME TO {kept}")

    def restore(self) -> None:
        """Let everything be as it was kept."""
        shutil.rmtree(self.folder)
        shutil.rmtree(self.folder.with_name(BACKUPS), ignore_errors=True)
        shutil.copytree(self._kept, self.folder, symlinks=True)
        self._tell_postgres("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._tell_postgres("CREATE DATABASE {name} TEMPLATE {kept}")

    def run(self, work: Work, *, fault: Fault | None = None) -> Any:
        """Do work in a process of its own and return what it returns; raises `Killed`."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self._live(work, fault, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            told = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == -signal.SIGKILL:
            raise Killed
        assert status == 0, told.decode() or f"a process ended with status {status}"
        return pickle.loads(told)  # noqa: S301 - our own child wrote it

    def _make_app(self) -> Flask:
        own = {"DATA_DIR": str(self.folder), "SECRET_KEY": "for tests only, " * 2}
        if self.database_url is not None:
            own["DATABASE_URL"] = self.database_url
        return create_app(Settings(own | self.environ))

    def _live(self, work: Work, fault: Fault | None, writer: int) -> None:
        status = 1
        # What is shared with the parent is not copied for the sake of a few objects.
        gc.disable()
        # Whatever hangs must not hang the tests.
        signal.alarm(_SECONDS)
        with os.fdopen(writer, "wb") as pipe:
            try:
                with self.app.app_context():
                    told = pickle.dumps(self._do(work, fault))
                    db.session.remove()
                status = 0
            except BaseException:
                told = traceback.format_exc().encode()
            pipe.write(told)
        os._exit(status)

    def _do(self, work: Work, fault: Fault | None) -> Any:
        if fault is not None:
            break_at(fault)
        try:
            return work(self.app)
        finally:
            faults.watch(None)

    def _tell_postgres(self, statement: str) -> None:
        if self.database_url is None:
            return
        server, _, name = self.database_url.rpartition("/")
        wanted = statement.format(name=name, kept=f"{name}_kept")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(wanted)  # type: ignore[arg-type]
