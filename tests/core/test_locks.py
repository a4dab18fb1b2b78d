import shutil
import subprocess
import sys
import threading

import pytest

from app.core.locks import LockBusy, Locks

HOLDER = """
import pathlib, sys
from app.core.locks import Locks

with Locks(pathlib.Path(sys.argv[1])).hold("kind", "page", patience=0):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def locks(tmp_path):
    return Locks(tmp_path / "locks")


def try_elsewhere(locks, key="page"):
    """Try a lock in another thread and tell whether it could be had."""
    outcome = []

    def attempt():
        try:
            with locks.hold("kind", key, patience=0):
                outcome.append(True)
        except LockBusy:
            outcome.append(False)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return outcome == [True]


def test_what_is_held_is_held_by_one_thread(locks):
    with locks.hold("kind", "page", patience=0):
        assert not try_elsewhere(locks)
    assert try_elsewhere(locks)


def test_other_keys_are_free(locks):
    with locks.hold("kind", "page", patience=0):
        assert try_elsewhere(locks, "another page")


def test_a_thread_may_enter_again_and_holds_on_until_it_leaves_the_first(locks):
    with locks.hold("kind", "page", patience=0):
        with locks.hold("kind", "page", patience=0):
            pass
        assert not try_elsewhere(locks)


def test_who_fails_inside_gives_it_back(locks):
    with pytest.raises(ValueError, match="inside"), locks.hold("kind", "page", patience=0):
        raise ValueError("inside")
    assert try_elsewhere(locks)


def test_a_folder_that_was_cleared_begins_anew(locks, tmp_path):
    with locks.hold("kind", "page", patience=0):
        pass
    shutil.rmtree(tmp_path / "locks")
    with locks.hold("kind", "page", patience=0):
        assert not try_elsewhere(locks)


def test_a_process_that_is_killed_gives_it_back(locks, tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "locks")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert not try_elsewhere(locks)
        holder.kill()
    assert try_elsewhere(locks)


def test_who_cannot_have_it_keeps_nothing_of_it(locks, monkeypatch):
    def refuse(*_):
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr("app.core.locks._is_still", refuse)
        with pytest.raises(PermissionError):
            locks.hold("kind", "page", patience=0).__enter__()
    assert try_elsewhere(locks)


def test_kinds_do_not_wait_for_each_other(locks):
    with locks.hold("kind", "page", patience=0), locks.hold("other", "page", patience=0):
        assert not try_elsewhere(locks)
