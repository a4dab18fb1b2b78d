from datetime import timedelta

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.mirror import keeping
from app.mirror.figures import Stock, Traffic, count_stock, list_traffic
from app.mirror.tallies import tally
from app.stats.counter import Download
from app.stats.services import add_downloads
from tests.mirror.copying import bring, copy_of, entry_of, keep_page


def come(mirror, upstream, name, content):
    entry = entry_of(upstream, upstream.add_file(name, f"{name}-1.0.zip", content))
    keep_page(mirror, name, entry)
    bring(mirror, entry)
    return entry


def test_nothing_is_here_at_first(mirror):
    assert count_stock(mirror.id) == Stock(files=0, bytes=0, evictable=0)
    assert list_traffic(mirror) == []


def test_what_is_here_is_counted(mirror, upstream):
    pinned = come(mirror, upstream, "pinned", b"1" * 100)
    come(mirror, upstream, "free", b"2" * 20)
    copy_of(mirror, come(mirror, upstream, "gone", b"3" * 3)).sha256 = None
    db.session.commit()
    with transaction():
        keeping.pin(mirror.id, pinned.address, pinned.filename)
    assert count_stock(mirror.id) == Stock(files=2, bytes=120, evictable=20)


def test_traffic_tells_what_went_out_and_what_was_taken(mirror, upstream):
    entry = come(mirror, upstream, "some", b"1" * 100)
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    named = {"index_slug": "pypi", "sha256": entry.address, "filename": entry.filename}
    counts = {Download(day=today, **named): 5, Download(day=yesterday, **named): 2}
    with transaction():
        add_downloads(counts)
        tally(mirror.id, pages=3, failures=1)
    assert list_traffic(mirror) == [
        Traffic(day=today, downloads=5, sent_bytes=500, pages=3, files=1, bytes=100, failures=1),
        Traffic(day=yesterday, downloads=2, sent_bytes=200),
    ]


def test_old_traffic_is_left_out(mirror, now):
    with transaction():
        tally(mirror.id, pages=1)
    now(clock.now() + timedelta(days=30))
    assert list_traffic(mirror, days=30) == []
    assert len(list_traffic(mirror, days=31)) == 1
