import threading
from datetime import timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.core.storage import blobs
from app.core.storage.sweep import sweep_blobs
from app.extensions import db
from app.indexes.models import Index
from app.mirror import eviction, files, keeping
from app.mirror.eviction import make_room
from app.mirror.jobs import keep_bound
from app.mirror.queries import count_bytes
from app.sources.page import RemoteFile
from tests.mirror.copying import bring, copy_of, entry_of, keep_page

KILOBYTE = 1000


@pytest.fixture
def entries(mirror, upstream, monkeypatch):
    """Give five files of a kilobyte that are here; the first was used longest ago."""
    held = [
        upstream.add_file("some", f"some-{n}.0.zip", bytes([n]) * KILOBYTE, f"{n}.0")
        for n in range(5)
    ]
    entries = [entry_of(upstream, file) for file in held]
    keep_page(mirror, "some", *entries)
    for entry in entries:
        bring(mirror, entry)
    for n, entry in enumerate(entries):
        copy_of(mirror, entry).used_at = clock.now() - timedelta(days=30 - n)
        db.session.commit()
    # They were stored long ago.
    monkeypatch.setattr("app.core.storage.sweep.MOMENT", timedelta(days=-1))
    return entries


@pytest.fixture
def bound(house, monkeypatch):
    def set_to(kilobytes):
        monkeypatch.setitem(house.config, "MIRROR_CACHE_BYTES", kilobytes * KILOBYTE)

    return set_to


def here(mirror, entries):
    """Return the numbers of the files whose rows say that they are here."""
    return [n for n, entry in enumerate(entries) if copy_of(mirror, entry).sha256]


def on_disk(entries):
    """Return the numbers of the files whose bytes are here."""
    return [n for n, entry in enumerate(entries) if blobs().find_size(entry.sha256)]


def test_what_was_used_longest_ago_leaves_first(mirror, entries, bound):
    bound(3)
    assert make_room() == 2 * KILOBYTE
    assert here(mirror, entries) == on_disk(entries) == [2, 3, 4]
    assert count_bytes() == 3 * KILOBYTE


def test_a_file_that_left_can_be_fetched_again(mirror, entries, bound):
    bound(3)
    make_room()
    first = entries[0]
    assert isinstance(files.find_file(mirror, first.address, first.filename), RemoteFile)
    bring(mirror, first)
    assert 0 in here(mirror, entries)


@pytest.mark.parametrize("kilobytes", [5, 0], ids=["enough room", "no bound"])
def test_nothing_leaves_without_need(mirror, entries, bound, kilobytes):
    bound(kilobytes)
    assert make_room() == 0
    assert here(mirror, entries) == [0, 1, 2, 3, 4]


def test_a_pinned_file_stays(mirror, entries, bound):
    bound(1)
    with transaction():
        assert keeping.pin(mirror.id, entries[0].address, entries[0].filename)
    make_room()
    assert here(mirror, entries) == on_disk(entries) == [0]


def test_a_file_that_is_pinned_no_more_leaves(mirror, entries, bound):
    bound(4)
    key = (mirror.id, entries[0].address, entries[0].filename)
    with transaction():
        keeping.pin(*key)
    with transaction():
        assert keeping.unpin(*key)
    make_room()
    assert here(mirror, entries) == [1, 2, 3, 4]


def test_what_is_not_here_cannot_be_pinned(mirror, entries, bound):
    bound(4)
    make_room()
    with transaction():
        assert not keeping.pin(mirror.id, entries[0].address, entries[0].filename)


def test_what_is_used_at_this_moment_stays(mirror, entries, bound):
    bound(1)
    for entry in entries[:2]:
        copy_of(mirror, entry).used_at = clock.now()
        db.session.commit()
    make_room()
    assert here(mirror, entries) == [0, 1]


def test_a_use_after_it_was_chosen_keeps_it(mirror, entries):
    seen = copy_of(mirror, entries[0]).used_at
    copy_of(mirror, entries[0]).used_at = clock.now()
    db.session.commit()
    with transaction():
        assert not keeping.let_go(mirror.id, entries[0].address, entries[0].filename, seen=seen)


def test_bytes_that_another_mirror_needs_stay(mirror, entries, bound, request):
    other = Index(slug="other", title="Other", kind="mirror", created_at=clock.now())
    db.session.add(other)
    db.session.commit()
    number = other.id
    request.addfinalizer(lambda: remove_index(number))
    twin = keeping.MirroredFile(
        index_id=number,
        address=entries[0].address,
        filename=entries[0].filename,
        normalized_name="some",
        version="0.0",
        sha256=entries[0].sha256,
        size=KILOBYTE,
        stored_at=clock.now(),
        used_at=clock.now(),
        is_pinned=True,
    )
    db.session.add(twin)
    db.session.commit()
    bound(3)
    make_room()
    assert 0 not in here(mirror, entries)
    assert 0 in on_disk(entries)


def remove_index(number):
    db.session.rollback()
    db.session.delete(db.session.get(Index, number))
    db.session.commit()


def test_bytes_that_were_stored_again_a_moment_ago_stay(mirror, entries, bound, monkeypatch):
    monkeypatch.setattr("app.core.storage.sweep.MOMENT", timedelta(minutes=1))
    # Somebody uploads them, and has not written his row yet.
    blobs().save_bytes(bytes([0]) * KILOBYTE)
    bound(4)
    make_room()
    assert 0 not in here(mirror, entries)
    assert 0 in on_disk(entries)


def test_core_metadata_stay_when_their_wheel_leaves(mirror, upstream, entries, bound):
    wheel = entry_of(upstream, upstream.add_wheel("six"))
    keep_page(mirror, "six", wheel)
    bring(mirror, wheel)
    copy_of(mirror, wheel).used_at = clock.now() - timedelta(days=99)
    db.session.commit()
    before = files.find_metadata(mirror, wheel.address, wheel.filename)
    bound(5)
    make_room()
    assert copy_of(mirror, wheel).sha256 is None
    assert files.find_metadata(mirror, wheel.address, wheel.filename) == before


def test_only_one_makes_room_at_a_time(mirror, entries, bound, house):
    bound(3)
    locks = eviction.Locks(house.config["DATA_DIR"] / "mirror.locks")
    with locks.hold("evict", "", patience=0):
        # A thread may enter its own lock again, so another one asks.
        results = []

        def make():
            with house.app_context():
                results.append(make_room())

        thread = threading.Thread(target=make)
        thread.start()
        thread.join(10)
    assert results == [0]


def test_the_daily_sweep_leaves_what_is_mirrored(mirror, upstream, entries, now):
    wheel = entry_of(upstream, upstream.add_wheel("six"))
    keep_page(mirror, "six", wheel)
    bring(mirror, wheel)
    metadata = files.find_metadata(mirror, wheel.address, wheel.filename)
    now(clock.now() + timedelta(days=2))
    sweep_blobs()
    assert on_disk([*entries, wheel]) == [0, 1, 2, 3, 4, 5]
    assert blobs().find_size(metadata.sha256) == metadata.size


def test_the_job_keeps_the_bound(mirror, entries, bound):
    bound(4)
    keep_bound()
    assert here(mirror, entries) == [1, 2, 3, 4]


def test_a_file_that_needs_room_makes_it_at_once(mirror, upstream, entries, bound):
    bound(5)
    new = entry_of(upstream, upstream.add_file("new", "new-1.0.zip", b"n" * 2 * KILOBYTE))
    keep_page(mirror, "new", new)
    bring(mirror, new)
    assert here(mirror, entries) == [2, 3, 4]
    assert copy_of(mirror, new).sha256
