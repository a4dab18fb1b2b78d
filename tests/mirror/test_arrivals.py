import os
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.core.exceptions import Unavailable
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.mirror import answers, arrivals, fetching, files, flights
from app.mirror.arrivals import HELD_BACK
from app.mirror.copies import Failed
from app.mirror.exceptions import CopyBroken, MirrorBusy, UpstreamMissing, UpstreamUnavailable
from app.mirror.flights import the_flights
from app.mirror.models import MirrorDay, MirroredFile
from tests.mirror.conftest import await_true
from tests.mirror.copying import bring, copy_of, entry_of, keep_page
from tests.upstreams import (
    CutShort,
    Drip,
    Endless,
    ErrorPage,
    Redirect,
    Refuse,
    Slow,
    Stall,
    Status,
    Trouble,
    Truncate,
    WrongBytes,
)

LARGE = os.urandom(3 * 1024 * 1024)


@pytest.fixture
def held(upstream):
    return upstream.add_file("big", "big-1.0.tar.gz", LARGE)


@pytest.fixture
def entry(mirror, upstream, held):
    entry = entry_of(upstream, held)
    keep_page(mirror, "big", entry)
    return entry


@dataclass
class Reset(Trouble):
    """Sends half of it and resets the connection."""

    def befall(self, exchange, honest):
        exchange.begin(honest, length=len(honest.body))
        exchange.write(honest.body[: len(honest.body) // 2])
        # Closed at once, with a reset in place of a farewell.
        linger = struct.pack("ii", 1, 0)
        exchange._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        exchange._handler.close_connection = True
        exchange._handler.connection.close()


@dataclass
class CutLater(Trouble):
    """Sends half, and closes when it was told to heal."""

    def befall(self, exchange, honest):
        exchange.begin(honest, length=len(honest.body))
        exchange.write(honest.body[: len(honest.body) // 2])
        exchange.pause(60)
        exchange.hang_up()


def fetch(mirror, entry):
    return files.fetch(mirror, entry.address, entry.filename)


def await_landed():
    await_true(lambda: not the_flights()._flights)


def kept():
    """Return all blobs and what is arriving."""
    store = blobs()
    arriving = list(store.incoming.iterdir()) if store.incoming.exists() else []
    return [sha256 for sha256, _ in store.list_blobs()], arriving


def failures():
    db.session.rollback()
    return sum(db.session.scalars(select(MirrorDay.failures)))


def read(chunks, seen):
    for chunk in chunks:
        seen.append(chunk)


def test_bytes_come_as_they_are(mirror, entry):
    arrival = fetch(mirror, entry)
    assert arrival.size == len(LARGE)
    assert b"".join(arrival.chunks()) == LARGE


def test_nothing_is_asked_before_somebody_wants_it_whole(mirror, entry, upstream):
    arrival = fetch(mirror, entry)
    assert arrival.size == len(LARGE)
    assert arrival.part(10, 20) == LARGE[10:20]
    assert [seen.headers["range"] for seen in upstream.asked("/packages/*")] == ["bytes=10-19"]


def test_a_part_is_not_asked_for_if_it_is_too_long_to_hold(mirror, entry, upstream):
    assert fetch(mirror, entry).part(0, arrivals.LONGEST_PART + 1) is None
    assert upstream.asked("/packages/*") == []


def test_an_empty_part_is_none(mirror, entry):
    assert fetch(mirror, entry).part(5, 5) is None


def test_fifty_threads_cost_one_request(mirror, entry, upstream, house):
    def client(_):
        with house.app_context():
            return b"".join(fetch(mirror, entry).chunks()) == LARGE

    upstream.breaks(Drip(piece=300_000, seconds=0.02), "/packages/*")
    with ThreadPoolExecutor(50) as clients:
        assert list(clients.map(client, range(50))) == [True] * 50
    assert len(upstream.asked("/packages/*")) == 1


def test_bytes_are_sent_before_all_have_come(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    chunks = fetch(mirror, entry).chunks()
    first = next(chunks)
    assert LARGE.startswith(first)
    upstream.heals()
    assert first + b"".join(chunks) == LARGE


def test_the_fetch_goes_on_when_everybody_left(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    chunks = fetch(mirror, entry).chunks()
    next(chunks)
    chunks.close()
    upstream.heals()
    await_landed()
    assert copy_of(mirror, entry).sha256 == entry.sha256
    assert len(upstream.asked("/packages/*")) == 1


def test_who_comes_in_the_middle_gets_all_of_it(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.7), "/packages/*")
    first = fetch(mirror, entry).chunks()
    seen = [next(first) for _ in range(5)]
    second = fetch(mirror, entry).chunks()
    upstream.heals()
    assert b"".join(second) == LARGE
    assert b"".join([*seen, *first]) == LARGE
    assert len(upstream.asked("/packages/*")) == 1


def test_waiting_tells_that_it_is_not_here_yet(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    arrival = fetch(mirror, entry)
    assert arrival.wait(0.05) is None
    upstream.heals()
    assert arrival.wait(10).sha256 == entry.sha256


def test_who_waits_holds_no_connection(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.0), "/packages/*")
    db.session.scalar(select(MirroredFile.size))
    fetch(mirror, entry).wait(0.01)
    upstream.await_asked("/packages/*")
    await_true(lambda: db.engine.pool.checkedout() == 0)


@pytest.mark.parametrize(
    "trouble",
    [
        *(Truncate(0.5), Truncate(0.999), CutShort(0.5), CutShort(0.999)),
        *(Reset(), WrongBytes(), ErrorPage()),
    ],
    ids=repr,
)
def test_what_is_broken_is_not_kept_and_never_sent_whole(mirror, entry, upstream, trouble):
    upstream.breaks(trouble, "/packages/*")
    seen = []
    with pytest.raises(Unavailable):
        read(fetch(mirror, entry).chunks(), seen)
    assert sum(map(len, seen)) <= len(LARGE) - HELD_BACK
    await_landed()
    assert kept() == ([], [])
    assert copy_of(mirror, entry) is None
    assert failures() == 1
    upstream.heals()
    assert bring(mirror, entry).sha256 == entry.sha256


def test_an_upstream_that_stops_in_the_middle_is_given_up(mirror, entry, upstream, monkeypatch):
    monkeypatch.setattr(answers, "_STALL_SECONDS", 0.3)
    upstream.breaks(Stall(share=0.5), "/packages/*")
    seen = []
    with pytest.raises(UpstreamUnavailable):
        read(fetch(mirror, entry).chunks(), seen)
    assert 0 < sum(map(len, seen)) <= len(LARGE) - HELD_BACK
    assert kept() == ([], [])


def test_who_has_sent_something_never_says_that_there_is_nothing(mirror, entry, upstream):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    chunks = fetch(mirror, entry).chunks()
    (flight,) = the_flights()._flights.values()
    flight.end(Failed(UpstreamMissing.code))
    with pytest.raises(UpstreamUnavailable):
        read(chunks, [])


@pytest.mark.parametrize(
    ("trouble", "refusal"),
    [
        (Status(404), UpstreamMissing),
        (Status(410), UpstreamMissing),
        (Status(500), UpstreamUnavailable),
        (Status(503), UpstreamUnavailable),
        (Status(429), UpstreamUnavailable),
        (Status(403), UpstreamUnavailable),
        (Refuse(), UpstreamUnavailable),
        (Redirect(), UpstreamUnavailable),
        (WrongBytes(), CopyBroken),
        (CutShort(), CopyBroken),
        (Endless(), CopyBroken),
    ],
    ids=repr,
)
def test_a_refusal_says_what_it_is(mirror, entry, upstream, trouble, refusal):
    upstream.breaks(trouble, "/packages/*")
    with pytest.raises(refusal):
        fetch(mirror, entry).wait(10)
    await_landed()
    assert kept() == ([], [])


def test_a_first_byte_that_does_not_come_is_a_refusal(mirror, entry, upstream, monkeypatch):
    monkeypatch.setattr(arrivals, "PATIENCE_SECONDS", 0.1)
    upstream.breaks(Slow(20), "/packages/*")
    with pytest.raises(UpstreamUnavailable) as refusal:
        fetch(mirror, entry).chunks()
    assert refusal.value.retry_after <= 5


def test_a_file_that_came_meanwhile_is_not_asked_for_again(mirror, entry, upstream):
    late = fetch(mirror, entry)
    bring(mirror, entry)
    assert b"".join(late.chunks()) == LARGE
    assert len(upstream.asked("/packages/*")) == 1


def test_a_file_whose_blob_was_lost_comes_again(mirror, entry, upstream):
    blobs().delete(bring(mirror, entry).sha256)
    assert bring(mirror, entry).sha256 == entry.sha256
    assert len(upstream.asked("/packages/*")) == 2


@pytest.mark.parametrize("size", [0, 1, 2, 1000, HELD_BACK, 2 * HELD_BACK, 2 * HELD_BACK + 1])
@pytest.mark.parametrize("has_size", [True, False])
def test_files_of_all_sizes_come_whole(mirror, upstream, size, has_size):
    held = upstream.add_file("any", "any-1.0.zip", os.urandom(size))
    entry = entry_of(upstream, held, **{} if has_size else {"size": None})
    keep_page(mirror, "any", entry)
    assert b"".join(fetch(mirror, entry).chunks()) == held.content


@pytest.mark.parametrize("name", ["old-1.0-py2.7.egg", "old-1.0.win32-py2.7.exe", "OLD-1.0.ZIP"])
def test_odd_old_files_come(mirror, upstream, name):
    held = upstream.add_file("old", name, b"odd " * 1000)
    entry = entry_of(upstream, held)
    keep_page(mirror, "old", entry)
    assert b"".join(fetch(mirror, entry).chunks()) == held.content


def test_a_file_without_any_digest_is_kept_by_its_own(mirror, upstream):
    held = upstream.add_sdist("bare")
    entry = entry_of(upstream, held, sha256=None, size=None)
    keep_page(mirror, "bare", entry)
    stored = bring(mirror, entry)
    assert (stored.sha256, stored.size) == (held.sha256, len(held.content))
    assert files.find_file(mirror, entry.address, entry.filename) == stored


@pytest.mark.parametrize("digest", ["md5", "blake2_256"])
def test_a_weaker_digest_counts_when_there_is_no_sha256(mirror, upstream, digest):
    held = upstream.add_sdist("weak")
    entry = entry_of(upstream, held, sha256=None, **{digest: "0" * 32})
    keep_page(mirror, "weak", entry)
    with pytest.raises(CopyBroken):
        fetch(mirror, entry).wait(10)


def test_a_file_of_unknown_size_that_does_not_end_is_given_up(mirror, upstream, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_FILE", 1_000_000)
    held = upstream.add_file("big", "big-1.0.tar.gz", LARGE)
    entry = entry_of(upstream, held, size=None)
    keep_page(mirror, "big", entry)
    upstream.breaks(Endless(), "/packages/*")
    with pytest.raises(CopyBroken):
        fetch(mirror, entry).wait(10)
    await_landed()
    assert kept() == ([], [])


def test_a_file_that_is_announced_too_long_is_not_begun(mirror, entry, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_FILE", 1_000_000)
    with pytest.raises(CopyBroken):
        fetch(mirror, entry).chunks()


def test_a_wrong_size_on_the_page_is_refused(mirror, upstream, held):
    entry = entry_of(upstream, held, size=len(LARGE) - 1)
    keep_page(mirror, "big", entry)
    with pytest.raises(CopyBroken):
        fetch(mirror, entry).chunks()


def test_a_full_disk_keeps_nothing_and_leaves_the_upstream_alone(
    mirror, entry, upstream, small_disk
):
    with small_disk(500_000), pytest.raises(StorageUnavailable):
        fetch(mirror, entry).wait(10)
    await_landed()
    assert kept() == ([], [])
    for _ in range(10):
        with pytest.raises(StorageUnavailable):
            fetch(mirror, entry).wait(10)
    assert len(upstream.asked("/packages/*")) == 1
    assert failures() == 0


def test_a_disk_that_has_room_again_is_used(mirror, entry, upstream, small_disk, monkeypatch):
    monkeypatch.setattr(flights, "FULL_SECONDS", 0)
    with small_disk(500_000), pytest.raises(StorageUnavailable):
        fetch(mirror, entry).wait(10)
    assert bring(mirror, entry).sha256 == entry.sha256


def test_a_note_that_cannot_be_written_is_a_full_disk(mirror, entry, small_disk):
    with small_disk(0), pytest.raises(StorageUnavailable):
        fetch(mirror, entry).wait(10)


def test_too_many_at_once_are_refused(mirror, entry, upstream, monkeypatch):
    monkeypatch.setattr(flights, "MOST", 1)
    other = entry_of(upstream, upstream.add_file("other", "other-1.0.zip", b"other"))
    keep_page(mirror, "other", other)
    upstream.breaks(Stall(share=0.5), "/packages/*")
    fetch(mirror, entry).wait(0)
    with pytest.raises(MirrorBusy):
        fetch(mirror, other).wait(0)


def test_what_was_taken_is_counted(mirror, entry):
    bring(mirror, entry)
    db.session.rollback()
    day = db.session.scalars(select(MirrorDay)).one()
    assert (day.files, day.bytes, day.failures) == (1, len(LARGE), 0)


def test_a_flight_is_over_for_all_when_it_fails(mirror, entry, upstream, house):
    errors = []

    def client():
        with house.app_context():
            try:
                read(fetch(mirror, entry).chunks(), [])
            except Unavailable as error:
                errors.append(error.code)

    upstream.breaks(CutLater(), "/packages/*")
    clients = [threading.Thread(target=client) for _ in range(10)]
    for one in clients:
        one.start()
    await_true(lambda: the_flights()._flights)
    upstream.await_asked("/packages/*")
    upstream.heals()
    for one in clients:
        one.join(10)
    assert errors == ["upstream-unavailable"] * 10
