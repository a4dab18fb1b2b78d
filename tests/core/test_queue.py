import signal
import sqlite3
from contextlib import closing

import pytest

from app.core import jobs, queue
from app.core.database import transaction
from app.core.jobs import enqueue
from app.core.queue import _set_broken_aside, do_jobs, make_queue


@pytest.fixture
def waking(app, monkeypatch, tmp_path):
    """Let the application wake a worker by a queue, as real installations do."""
    monkeypatch.setitem(app.config, "QUEUE_PATH", str(tmp_path / "queue.db"))
    monkeypatch.setitem(app.extensions, "wake", queue._waker(app))
    return app


@pytest.fixture
def done(monkeypatch):
    calls = []
    monkeypatch.setitem(jobs._works, "note", lambda: calls.append("done"))
    return calls


def promise():
    with transaction():
        enqueue("note")


def work_off(app):
    """Do what waits in the queue, as a worker does; return how much it was."""
    waiting = make_queue(app, timeout=1)
    count = 0
    while task := waiting.dequeue():
        waiting.execute(task)
        count += 1
    waiting.storage.close()
    return count


def test_a_worker_is_woken_after_the_commit(waking, done):
    promise()
    assert done == []
    assert work_off(waking) == 1
    assert done == ["done"]


def test_the_sweep_is_one_of_the_queue_s_tasks(waking, done, monkeypatch):
    monkeypatch.setitem(waking.extensions, "wake", lambda number: None)
    promise()
    left = make_queue(waking, timeout=1)
    left.sweep()
    left.storage.close()
    work_off(waking)
    assert done == ["done"]


def test_regular_work_is_done_by_the_sweep(waking, done, monkeypatch):
    monkeypatch.setattr(jobs, "_regular", {"note"})
    monkeypatch.setitem(waking.extensions, "wake", lambda number: None)
    for _ in range(2):
        left = make_queue(waking, timeout=1)
        left.sweep()
        left.storage.close()
        work_off(waking)
    assert done == ["done", "done"]


def test_a_locked_queue_is_no_reason_to_fail(waking, done, monkeypatch, caplog):
    monkeypatch.setattr(queue, "_WEB_TIMEOUT", 0)
    promise()
    with closing(sqlite3.connect(waking.config["QUEUE_PATH"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        promise()
        assert "the queue could not be told" in caplog.text
    assert jobs.sweep() == 2
    assert done == ["done", "done"]


def test_a_queue_that_is_away_is_no_reason_to_fail(waking, done, monkeypatch, caplog, tmp_path):
    monkeypatch.setitem(waking.config, "QUEUE_PATH", str(tmp_path / "none" / "queue.db"))
    promise()
    assert "the queue could not be told" in caplog.text
    assert jobs.sweep() == 1


def test_a_worker_ends_gracefully_by_either_signal(waking, monkeypatch):
    seen = {}

    def run(self):
        seen.update(self._signal_actions)
        seen["patience"] = self.shutdown_timeout
        self.huey.storage.close()

    monkeypatch.setattr(queue._Consumer, "run", run)
    do_jobs(waking)
    assert seen[signal.SIGTERM] == seen[signal.SIGINT] == (False, True)
    assert seen["patience"] == 8


def test_the_command_works_with_as_many_hands_as_asked(waking, monkeypatch):
    hands = []
    monkeypatch.setattr(queue, "do_jobs", lambda app, workers: hands.append(workers))
    assert waking.test_cli_runner().invoke(args=["jobs", "work", "--workers", "5"]).exit_code == 0
    assert hands == [5]


def test_a_broken_queue_is_set_aside_and_begins_anew(app, tmp_path, caplog):
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is no database" * 100)
    _set_broken_aside(path)
    assert not path.exists()
    assert (tmp_path / "broken.db.broken").exists()
    assert "begins anew" in caplog.text


def test_a_queue_that_is_locked_or_new_is_left_alone(app, tmp_path):
    path = tmp_path / "queue.db"
    _set_broken_aside(path)
    assert not path.exists()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE it (a)")
    _set_broken_aside(path)
    assert path.exists()
