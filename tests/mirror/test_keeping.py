from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.stats.counter import Download
from app.stats.models import DownloadDay
from app.stats.services import add_downloads
from tests.mirror.copying import bring, copy_of, entry_of, keep_page

HOUR = timedelta(hours=1)


@pytest.fixture
def entry(mirror, upstream):
    entry = entry_of(upstream, upstream.add_wheel("six"))
    keep_page(mirror, "six", entry)
    bring(mirror, entry)
    return entry


def download(entry, slug="pypi"):
    return Download(
        day=clock.today(), index_slug=slug, sha256=entry.address, filename=entry.filename
    )


def add(*downloads):
    with transaction():
        add_downloads(dict.fromkeys(downloads, 1))


@pytest.mark.parametrize("slug", ["pypi", "main"])
def test_a_mirrored_file_counts_under_its_mirror(entry, slug):
    add(download(entry, slug))
    row = db.session.scalars(select(DownloadDay)).one()
    assert (row.index_slug, row.project, row.version, row.count) == ("pypi", "six", "1.0", 1)


def test_counts_by_several_doors_are_one(entry):
    add(download(entry, "pypi"), download(entry, "main"))
    assert db.session.scalars(select(DownloadDay.count)).all() == [2]


def test_a_file_without_digest_counts_by_its_address(mirror, upstream):
    entry = entry_of(upstream, upstream.add_sdist("bare"), sha256=None)
    keep_page(mirror, "bare", entry)
    bring(mirror, entry)
    add(download(entry))
    assert db.session.scalars(select(DownloadDay.project)).all() == ["bare"]


@pytest.mark.parametrize(("age", "is_noted"), [(HOUR * 2, True), (HOUR / 2, False)])
def test_a_use_is_noted_once_an_hour(mirror, entry, age, is_noted):
    before = copy_of(mirror, entry).used_at = clock.now() - age
    db.session.commit()
    add(download(entry))
    assert (copy_of(mirror, entry).used_at > before) is is_noted
