from datetime import timedelta

import pytest

from app.core import clock, jobs
from app.core.models import Job
from app.core.settings import find_setting
from app.core.storage import sweep
from app.core.storage.exceptions import StorageUnavailable
from app.core.storage.local import LocalStorage
from app.core.storage.memory import MemoryStorage
from app.extensions import db
from tests.factories import make_file, make_release


@pytest.fixture(params=["local", "memory"])
def storage(request, app, tmp_path):
    made = (
        LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
        if request.param == "local"
        else MemoryStorage()
    )
    if request.param == "local":
        (tmp_path / "blobs").mkdir()
    app.extensions["blobs"] = made
    return made


def in_two_days(now):
    return now(clock.now() + timedelta(days=2))


def test_an_orphan_is_removed_when_it_is_a_day_old(storage, now):
    sha256 = storage.save_bytes(b"orphan")
    in_two_days(now)
    sweep.sweep_blobs()
    assert storage.find_size(sha256) is None


def test_a_young_orphan_is_left(storage):
    sha256 = storage.save_bytes(b"orphan")
    sweep.sweep_blobs()
    assert storage.find_size(sha256) == 6


def test_what_a_file_stands_on_is_kept(storage, now):
    file = make_file(make_release(), metadata=b"Name: x\n")
    in_two_days(now)
    sweep.sweep_blobs()
    assert storage.find_size(file.sha256) == file.size
    assert storage.find_size(file.metadata_sha256) == 8


def test_what_a_removed_file_stood_on_is_kept(storage, now):
    file = make_file(make_release(), removed_at=clock.now())
    in_two_days(now)
    sweep.sweep_blobs()
    assert storage.find_size(file.sha256) == file.size


def test_nothing_is_removed_when_nobody_says_what_is_needed(storage, now, monkeypatch):
    monkeypatch.setattr(sweep, "_referrers", [])
    sha256 = storage.save_bytes(b"orphan")
    in_two_days(now)
    sweep.sweep_blobs()
    assert storage.find_size(sha256) == 6


def test_bytes_that_come_again_are_young_again(storage, now):
    sha256 = storage.save_bytes(b"orphan")
    before = clock.now()
    storage.save_bytes(b"orphan")
    assert not storage.delete_older(sha256, before)
    assert storage.find_size(sha256) == 6


def test_a_blob_that_is_gone_is_not_removed_again(storage):
    assert not storage.delete_older("0" * 64, clock.now())


def test_half_received_files_go_with_the_next_sweep(app, tmp_path):
    app.extensions["blobs"] = storage = LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
    with storage.receive() as arriving:
        (tmp_path / "incoming" / "left").write_bytes(b"half")
        sweep.sweep_incoming()
        assert list((tmp_path / "incoming").iterdir()) == [arriving.path]


def test_a_full_disk_is_told_as_such_and_leaves_nothing(app, tmp_path, small_disk):
    storage = LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
    with storage.receive() as incoming:
        incoming.write(b"x" * 1024)
        with small_disk(), pytest.raises(StorageUnavailable):
            incoming.flush()
    with small_disk(), pytest.raises(StorageUnavailable):
        storage.save_bytes(b"x" * 1_000_000)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_the_works_of_the_day_are_promised_once(app, monkeypatch, now):
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)
    moment = clock.now()
    for days in (0, 0, 1):
        now(moment + timedelta(days=days))
        jobs.promise_daily()
    names = [job.name for job in db.session.query(Job)]
    assert names.count("sweep-blobs") == 2
    assert find_setting("jobs.daily") == (moment + timedelta(days=1)).date().isoformat()


def test_a_blob_that_nobody_needs_is_forgotten_at_once(storage, now):
    sha256 = storage.save_bytes(b"not needed")
    now(clock.now() + 2 * sweep.MOMENT)
    assert sweep.forget(sha256)
    assert storage.find_size(sha256) is None


def test_a_blob_that_somebody_needs_is_not_forgotten(storage, now):
    file = make_file(make_release())
    now(clock.now() + 2 * sweep.MOMENT)
    assert not sweep.forget(file.sha256)
    assert storage.find_size(file.sha256) == file.size


def test_a_blob_that_was_stored_again_just_now_is_not_forgotten(storage):
    assert not sweep.forget(storage.save_bytes(b"somebody writes his row"))
