import threading
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError

from app.stats import counter as counters
from app.stats.counter import Download, DownloadCounter

WHEEL = Download(date(2026, 1, 1), "main", "a" * 64, "a-1-py3-none-any.whl")
SDIST = Download(date(2026, 1, 1), "main", "b" * 64, "a-1.tar.gz")


class Written(dict):
    """What was written; may be told to fail."""

    broken = False

    def __call__(self, counts):
        if self.broken:
            raise OperationalError("upsert", {}, Exception("locked"))
        for download, count in counts.items():
            self[download] = self.get(download, 0) + count


@pytest.fixture
def written():
    return Written()


@pytest.fixture
def counter(written):
    return DownloadCounter(written, delay=0)


def test_downloads_of_a_file_are_added_up(counter, written):
    for download in (WHEEL, SDIST, WHEEL):
        counter.note(download)
    counter.write()
    assert written == {WHEEL: 2, SDIST: 1}


def test_nothing_is_written_twice(counter, written):
    counter.note(WHEEL)
    counter.write()
    counter.write()
    assert written == {WHEEL: 1}


def test_a_failed_write_is_made_up_for(counter, written):
    counter.note(WHEEL)
    written.broken = True
    counter.write()
    written.broken = False
    counter.note(WHEEL)
    counter.write()
    assert written == {WHEEL: 2}


def test_no_more_files_wait_than_there_is_room_for(counter, written, monkeypatch):
    monkeypatch.setattr(counters, "LIMIT", 1)
    for download in (WHEEL, SDIST, WHEEL):
        counter.note(download)
    counter.write()
    assert written == {WHEEL: 2}


def test_threads_lose_nothing(counter, written):
    def note_many():
        for _ in range(500):
            counter.note(WHEEL)
            counter.write()

    threads = [threading.Thread(target=note_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == {WHEEL: 2000}


def test_a_thread_writes_after_the_delay():
    done = threading.Event()
    counter = DownloadCounter(lambda counts: done.set(), delay=0.01)
    counter.note(WHEEL)
    assert done.wait(timeout=10)


def test_what_waits_is_written_at_exit(counter, monkeypatch):
    registered = []
    monkeypatch.setattr(counters.atexit, "register", registered.append)
    monkeypatch.setattr(counters, "Finalize", lambda *args, **_: registered.append(args[1]))
    counter.write_at_exit()
    assert registered == [counter.write, counter.write]
