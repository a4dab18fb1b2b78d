import errno
import hashlib
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from app.core import clock
from app.core.storage import LocalStorage, MemoryStorage, local, make_storage
from app.core.storage.exceptions import BlobMissing, StorageUnavailable

CONTENT = b"some bytes of a wheel"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ABSENT = "0" * 64


@pytest.fixture(params=["local", "memory"])
def storage(request, tmp_path):
    """Give each kind of storage: all keep one contract."""
    return make_storage("memory:" if request.param == "memory" else str(tmp_path / "blobs"))


@pytest.fixture
def disk(tmp_path):
    return make_storage(str(tmp_path / "blobs"))


def receive(storage, *chunks):
    with storage.receive() as arriving:
        for chunk in chunks:
            arriving.write(chunk)
        storage.save(arriving)
        return arriving


def read(storage, sha256):
    with storage.open(sha256) as file:
        return file.read()


def full_disk(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_arrives_in_pieces_is_kept_whole(storage):
    arriving = receive(storage, CONTENT[:5], CONTENT[5:])
    assert read(storage, SHA256) == CONTENT
    assert (arriving.size, arriving.digest()) == (len(CONTENT), SHA256)


def test_all_digests_are_taken_on_the_way(storage):
    arriving = receive(storage, CONTENT)
    assert arriving.digest("md5") == hashlib.md5(CONTENT).hexdigest()
    assert arriving.digest("blake2_256") == hashlib.blake2b(CONTENT, digest_size=32).hexdigest()


def test_a_small_content_is_kept_at_once(storage):
    assert storage.save_bytes(CONTENT) == SHA256
    assert read(storage, SHA256) == CONTENT


def test_nothing_at_all_can_be_kept(storage):
    assert read(storage, storage.save_bytes(b"")) == b""


def test_a_size_is_known(storage):
    storage.save_bytes(CONTENT)
    assert storage.find_size(SHA256) == len(CONTENT)
    assert storage.find_size(ABSENT) is None


def test_a_missing_blob_is_missing(storage):
    with pytest.raises(BlobMissing):
        storage.open(ABSENT)


def test_a_path_leads_to_the_bytes_if_there_is_one(storage):
    storage.save_bytes(CONTENT)
    path = storage.find_path(SHA256)
    assert path is None or path.read_bytes() == CONTENT
    assert storage.find_path(ABSENT) is None


def test_a_blob_can_be_read_from_its_middle(storage):
    storage.save_bytes(CONTENT)
    with storage.open(SHA256) as file:
        file.seek(5)
        assert file.read(5) == CONTENT[5:10]


def test_what_is_not_saved_is_not_kept(storage):
    with storage.receive() as arriving:
        arriving.write(CONTENT)
        path = arriving.path
    assert storage.find_size(SHA256) is None
    assert not path.exists()


def test_what_fails_on_the_way_leaves_nothing(storage):
    with pytest.raises(ZeroDivisionError):
        _fail_on_the_way(storage)
    assert list(storage.list_blobs()) == []


def _fail_on_the_way(storage):
    with storage.receive() as arriving:
        arriving.write(CONTENT)
        _ = 1 / 0


def test_a_blob_is_listed_with_its_time(storage):
    before = clock.now() - timedelta(seconds=2)
    storage.save_bytes(CONTENT)
    ((sha256, stored_at),) = storage.list_blobs()
    assert sha256 == SHA256
    assert before < stored_at < clock.now() + timedelta(seconds=2)


def test_the_same_bytes_are_kept_once(storage):
    storage.save_bytes(CONTENT)
    storage.save_bytes(CONTENT)
    assert len(list(storage.list_blobs())) == 1


def test_a_blob_is_removed(storage):
    storage.save_bytes(CONTENT)
    storage.delete(SHA256)
    storage.delete(SHA256)
    assert storage.find_size(SHA256) is None


def test_only_an_old_blob_is_removed_as_old(storage):
    storage.save_bytes(CONTENT)
    assert not storage.delete_older(SHA256, clock.now() - timedelta(minutes=1))
    assert storage.find_size(SHA256) is not None
    assert storage.delete_older(SHA256, clock.now() + timedelta(minutes=1))
    assert storage.find_size(SHA256) is None
    assert not storage.delete_older(SHA256, clock.now() + timedelta(minutes=1))


def test_blobs_that_are_held_are_not_removed_by_their_age(storage):
    storage.save_bytes(CONTENT)
    later = clock.now() + timedelta(minutes=1)
    with storage.hold(), storage.hold():
        assert not storage.delete_older(SHA256, later)
    assert storage.delete_older(SHA256, later)


def test_a_storage_that_works_passes_its_check(storage):
    storage.check()
    assert list(storage.list_blobs()) == []


def test_two_who_save_the_same_blob_at_once_leave_one(storage):
    ready, wrong = threading.Barrier(8), []

    def save():
        with storage.receive() as arriving:
            arriving.write(CONTENT)
            ready.wait()
            try:
                storage.save(arriving)
            except Exception as error:  # The thread must not swallow it.
                wrong.append(error)

    savers = [threading.Thread(target=save) for _ in range(8)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert wrong == []
    assert read(storage, SHA256) == CONTENT
    assert len(list(storage.list_blobs())) == 1


def test_a_blob_lies_two_folders_deep(disk):
    disk.save_bytes(CONTENT)
    assert disk.find_path(SHA256) == disk.root / SHA256[:2] / SHA256[2:4] / SHA256


def test_a_blob_has_the_time_that_makes_its_etag(disk):
    disk.save_bytes(CONTENT)
    assert int(disk.find_path(SHA256).stat().st_mtime) == int(SHA256[:8], 16)


def test_bytes_and_all_their_folders_are_brought_to_the_disk(disk, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(_path_of(descriptor)))
    receive(disk, CONTENT)
    outer = disk.root / SHA256[:2]
    assert synced[1:] == [disk.root, outer, outer / SHA256[2:4]]
    assert synced[0].parent == disk.incoming


def test_who_finds_a_blob_makes_sure_that_it_stays(disk, monkeypatch):
    receive(disk, CONTENT)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(_path_of(descriptor)))
    receive(disk, CONTENT)
    assert synced == [disk.root / SHA256[:2] / SHA256[2:4]]


def _path_of(descriptor):
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def test_a_blob_that_is_there_is_never_written_again(disk):
    disk.save_bytes(CONTENT)
    before = disk.find_path(SHA256).stat().st_ino
    disk.save_bytes(CONTENT)
    assert disk.find_path(SHA256).stat().st_ino == before


def test_nothing_is_left_where_bytes_arrive(disk):
    receive(disk, CONTENT)
    assert list(disk.incoming.iterdir()) == []


def test_what_a_killed_process_left_is_forgotten_and_nothing_else(disk):
    with disk.receive() as arriving:
        left = disk.incoming / "left"
        left.write_bytes(CONTENT)
        assert disk.forget_incoming() == 1
        assert list(disk.incoming.iterdir()) == [arriving.path]


def test_memory_has_nothing_to_forget():
    assert MemoryStorage().forget_incoming() == 0


@pytest.mark.parametrize("place", ["link", "fsync"])
def test_a_full_disk_is_told_and_leaves_nothing(disk, monkeypatch, place):
    monkeypatch.setattr(os, place, full_disk)
    with pytest.raises(StorageUnavailable):
        disk.save_bytes(CONTENT)
    assert list(disk.list_blobs()) == []
    assert list(disk.incoming.iterdir()) == []


class FullFile:
    """A file on a disk without room."""

    def __init__(self, file):
        self.file = file
        self.write = self.flush = full_disk

    def close(self):
        self.file.close()
        full_disk()


@pytest.mark.parametrize("deed", ["write", "flush", "sync"])
def test_a_disk_that_is_full_while_bytes_arrive_is_told(disk, monkeypatch, deed):
    with disk.receive() as arriving:
        monkeypatch.setattr(arriving, "_file", FullFile(arriving._file))
        with pytest.raises(StorageUnavailable):
            getattr(arriving, deed)(*([CONTENT] if deed == "write" else []))
    assert list(disk.incoming.iterdir()) == []


def test_a_store_that_is_gone_is_not_an_empty_one(disk, tmp_path):
    disk.save_bytes(CONTENT)
    (tmp_path / "blobs").rename(tmp_path / "elsewhere")
    for ask in (disk.open, disk.find_size):
        with pytest.raises(StorageUnavailable):
            ask(SHA256)
    with pytest.raises(StorageUnavailable):
        disk.check()


def test_a_store_that_is_gone_does_not_begin_anew(disk, tmp_path):
    (tmp_path / "blobs").rename(tmp_path / "elsewhere")
    with pytest.raises(StorageUnavailable):
        receive(disk, CONTENT)
    assert not (tmp_path / "blobs").exists()


def test_a_store_where_nothing_can_arrive_is_told(tmp_path):
    (tmp_path / "file").touch()
    broken = LocalStorage(tmp_path, incoming=tmp_path / "file" / "incoming")
    with pytest.raises(StorageUnavailable), broken.receive():
        pass


def test_a_blob_that_cannot_be_read_is_told(disk, monkeypatch):
    disk.save_bytes(CONTENT)
    monkeypatch.setattr(local.Path, "open", full_disk)
    monkeypatch.setattr(local.Path, "stat", full_disk)
    for ask in (disk.open, disk.find_size):
        with pytest.raises(StorageUnavailable):
            ask(SHA256)
