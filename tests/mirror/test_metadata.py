"""The core metadata of mirrored wheels."""

import hashlib

import pytest
from sqlalchemy import select

from app.core.storage import blobs
from app.extensions import db
from app.mirror import files
from app.mirror.exceptions import CopyBroken, UpstreamUnavailable
from app.mirror.models import MirroredProject
from app.mirror.queries import list_own_metadata
from app.projects.exceptions import FileNotFound
from app.sources.base import METADATA
from app.sources.page import RemoteFile
from tests.mirror.copying import announced, bring, copy_of, entry_of, keep_page
from tests.upstreams import Status, WrongBytes


@pytest.fixture
def held(upstream):
    return upstream.add_wheel("six", "1.0")


def keep(mirror, upstream, held, **facts):
    entry = entry_of(upstream, held, **facts)
    keep_page(mirror, "six", entry)
    return entry


def find(mirror, entry):
    return files.find_metadata(mirror, entry.address, entry.filename)


def content_of(stored):
    with blobs().open(stored.sha256) as blob:
        return blob.read()


def serial():
    db.session.rollback()
    return db.session.scalar(select(MirroredProject.serial))


def test_announced_metadata_are_remote_until_they_came(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    found = find(mirror, entry)
    assert isinstance(found, RemoteFile)
    assert found.filename == held.filename + METADATA
    assert found.sha256 == entry.metadata_sha256


def test_announced_metadata_come_as_they_are(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    stored = bring(mirror, entry, METADATA)
    assert content_of(stored) == held.metadata
    assert stored.filename == held.filename + METADATA
    assert find(mirror, entry) == stored
    assert copy_of(mirror, entry).sha256 is None
    assert [seen.path for seen in upstream.asked()] == [held.path + METADATA]


def test_they_are_sent_in_chunks_too(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    arrival = files.fetch(mirror, entry.address, entry.filename + METADATA)
    assert b"".join(arrival.chunks()) == held.metadata
    assert arrival.size == len(held.metadata)


def test_metadata_without_a_digest_are_believed(mirror, upstream, held):
    entry = keep(mirror, upstream, held, core_metadata=True)
    assert content_of(bring(mirror, entry, METADATA)) == held.metadata


@pytest.mark.parametrize("is_told", [True, False])
def test_a_page_that_tells_more_when_they_came_is_numbered_again(mirror, upstream, held, is_told):
    facts = announced(held) if is_told else {"core_metadata": True}
    entry = keep(mirror, upstream, held, **facts)
    before = serial()
    bring(mirror, entry, METADATA)
    assert (serial() > before) is not is_told


def test_a_wrong_digest_is_refused_and_nothing_kept(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    upstream.breaks(WrongBytes(), "*.metadata")
    with pytest.raises(CopyBroken):
        bring(mirror, entry, METADATA)
    assert list(blobs().list_blobs()) == []
    upstream.heals()
    assert content_of(bring(mirror, entry, METADATA)) == held.metadata


def test_another_digest_on_the_page_makes_kept_ones_remote(mirror, upstream, held):
    entry = keep(mirror, upstream, held, core_metadata=True)
    bring(mirror, entry, METADATA)
    keep(mirror, upstream, held, core_metadata=True, metadata_sha256="0" * 64)
    assert isinstance(find(mirror, entry), RemoteFile)


def test_announced_metadata_that_are_missing_are_made_of_the_wheel(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    upstream.breaks(Status(404), "*.metadata")
    assert content_of(bring(mirror, entry, METADATA)) == held.metadata
    assert copy_of(mirror, entry).sha256 == held.sha256


def test_those_made_of_the_wheel_must_fit_what_was_announced(mirror, upstream, held):
    entry = keep(mirror, upstream, held, core_metadata=True, metadata_sha256="0" * 64)
    upstream.breaks(Status(404), "*.metadata")
    with pytest.raises(CopyBroken):
        bring(mirror, entry, METADATA)
    assert copy_of(mirror, entry).metadata_sha256 is None


def test_an_upstream_that_fails_is_no_reason_to_make_them(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    upstream.breaks(Status(503), "*.metadata")
    with pytest.raises(UpstreamUnavailable):
        bring(mirror, entry, METADATA)
    assert upstream.asked(held.path) == []


def test_unannounced_metadata_are_not_here_before_the_wheel(mirror, upstream, held):
    entry = keep(mirror, upstream, held)
    assert find(mirror, entry) is None


def test_unannounced_metadata_are_made_when_the_wheel_came(mirror, upstream, held):
    entry = keep(mirror, upstream, held)
    before = serial()
    bring(mirror, entry)
    digest = hashlib.sha256(held.metadata).hexdigest()
    assert content_of(find(mirror, entry)) == held.metadata
    assert list_own_metadata(mirror.id, "six") == {(entry.address, entry.filename): digest}
    assert serial() > before
    assert upstream.asked("*.metadata") == []


def test_the_page_is_not_numbered_again_when_the_same_wheel_comes_again(mirror, upstream, held):
    entry = keep(mirror, upstream, held)
    blobs().delete(bring(mirror, entry).sha256)
    before = serial()
    bring(mirror, entry)
    assert serial() == before


def test_own_metadata_that_were_lost_are_made_again(mirror, upstream, held):
    entry = keep(mirror, upstream, held)
    bring(mirror, entry)
    blobs().delete(find(mirror, entry).sha256)
    assert isinstance(find(mirror, entry), RemoteFile)
    assert content_of(bring(mirror, entry, METADATA)) == held.metadata
    assert upstream.asked("*.metadata") == []


def test_a_wheel_whose_upstream_announces_them_gets_none_of_ours(mirror, upstream, held):
    entry = keep(mirror, upstream, held, **announced(held))
    bring(mirror, entry)
    assert copy_of(mirror, entry).metadata_sha256 is None


def test_a_wheel_without_readable_metadata_is_kept_all_the_same(mirror, upstream):
    odd = upstream.add_file("odd", "odd-1.0-py3-none-any.whl", b"this is no archive")
    entry = entry_of(upstream, odd)
    keep_page(mirror, "odd", entry)
    bring(mirror, entry)
    assert find(mirror, entry) is None


def test_a_source_archive_has_none(mirror, upstream):
    sdist = upstream.add_sdist("six")
    entry = entry_of(upstream, sdist, core_metadata=True)
    keep_page(mirror, "six", entry)
    assert find(mirror, entry) is None


def test_metadata_of_what_is_not_listed_are_not_found(mirror, upstream, held):
    with pytest.raises(FileNotFound):
        files.fetch(mirror, held.sha256, held.filename + METADATA)
