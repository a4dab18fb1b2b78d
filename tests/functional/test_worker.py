"""The worker as a process: woken, ended, killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import select, update

from app import create_app
from app.core import clock
from app.core.database import transaction
from app.core.jobs import enqueue
from app.core.models import Job
from app.extensions import db
from config import Production

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60

# A worker that knows one job more, which ends when a file appears.
PROGRAM = """
import pathlib, sys, time
from app import create_app
from app.core.jobs import job
from app.core.queue import do_jobs

folder = pathlib.Path(sys.argv[1])

@job("nap")
def nap():
    (folder / "started").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    (folder / "done").touch()

app = create_app()
with app.app_context():
    (folder / "ready").touch()
    do_jobs(app)
"""


class Workshop:
    """An installation with a worker that can be started, ended and killed."""

    def __init__(self, folder):
        self.folder = folder
        self.environ = {"DATA_DIR": str(folder), "PATH": os.environ["PATH"]}
        self.app = create_app(Production(self.environ))
        self.worker = None

    def start(self):
        command = [sys.executable, "-c", PROGRAM, str(self.folder)]
        self.worker = subprocess.Popen(command, cwd=ROOT, env=self.environ)  # noqa: S603
        self.wait_for("ready")

    def end(self, number):
        self.worker.send_signal(number)
        return self.worker.wait(PATIENCE_SECONDS)

    def promise(self):
        with self.app.app_context(), transaction():
            enqueue("nap")

    def touch(self, name):
        (self.folder / name).touch()

    def wait_for(self, name):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline, f"{name} did not come"
            time.sleep(0.02)

    def jobs(self):
        with self.app.app_context():
            return [row.state for row in db.session.scalars(select(Job).where(Job.name == "nap"))]

    def let_leases_run_out(self):
        with self.app.app_context(), transaction() as session:
            session.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))


@pytest.fixture
def workshop(tmp_path):
    made = Workshop(tmp_path)
    with made.app.app_context():
        upgrade()
    yield made
    if made.worker is not None and made.worker.poll() is None:
        made.worker.kill()
        made.worker.wait()
    with made.app.app_context():
        db.engine.dispose()


def test_a_worker_does_what_is_promised_while_it_runs(workshop):
    workshop.start()
    workshop.touch("go")
    workshop.promise()
    workshop.wait_for("done")
    assert workshop.end(signal.SIGTERM) == 0
    assert workshop.jobs() == []


def test_a_worker_does_what_was_promised_while_it_was_away(workshop):
    workshop.promise()
    workshop.touch("go")
    workshop.start()
    workshop.wait_for("done")
    assert workshop.end(signal.SIGINT) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_finishes_the_job_at_hand(workshop, number):
    workshop.start()
    workshop.promise()
    workshop.wait_for("started")
    workshop.worker.send_signal(number)
    workshop.touch("go")
    assert workshop.worker.wait(PATIENCE_SECONDS) == 0
    assert (workshop.folder / "done").exists()
    assert workshop.jobs() == []


def test_a_worker_does_not_wait_for_a_job_without_end(workshop):
    workshop.start()
    workshop.promise()
    workshop.wait_for("started")
    assert workshop.end(signal.SIGTERM) == 0
    assert workshop.jobs() == ["running"]


def test_a_job_killed_with_its_worker_is_done_by_the_next(workshop):
    workshop.start()
    workshop.promise()
    workshop.wait_for("started")
    assert workshop.end(signal.SIGKILL) == -signal.SIGKILL
    assert workshop.jobs() == ["running"]
    workshop.let_leases_run_out()
    workshop.touch("go")
    (workshop.folder / "ready").unlink()
    workshop.start()
    workshop.wait_for("done")
    assert workshop.end(signal.SIGTERM) == 0
    assert workshop.jobs() == []
