from datetime import UTC, datetime

import pytest

from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.mirror import files
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.models import MirroredStray
from app.projects.exceptions import FileNotFound, FileWithdrawn
from app.sources.base import METADATA
from app.sources.page import RemoteFile, StoredFile
from tests.mirror.copying import announced, bring, copy_of, entry_of, keep_page


@pytest.fixture
def held(upstream):
    return upstream.add_wheel("six", "1.0")


@pytest.fixture
def entry(mirror, upstream, held):
    entry = entry_of(upstream, held)
    keep_page(mirror, "six", entry)
    return entry


def find(mirror, entry):
    return files.find_file(mirror, entry.address, entry.filename)


def test_a_listed_file_is_remote_until_it_came(mirror, entry, held):
    assert find(mirror, entry) == RemoteFile(
        filename=held.filename,
        sha256=held.sha256,
        size=len(held.content),
        project="six",
        version="1.0",
        index_slug="pypi",
    )


def test_what_a_policy_must_know_is_told_as_long_as_the_file_is_here(mirror, upstream, held):
    at = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    entry = entry_of(upstream, held, uploaded_at=at, was="0" * 64, **announced(held))
    keep_page(mirror, "six", entry)
    found = [find(mirror, entry), bring(mirror, entry), find(mirror, entry)]
    found += [files.find_metadata(mirror, entry.address, entry.filename)]
    found += [bring(mirror, entry, METADATA)]
    keep_page(mirror, "six")
    found += [find(mirror, entry), files.find_metadata(mirror, entry.address, entry.filename)]
    assert [(file.uploaded_at, file.was) for file in found] == [(at, "0" * 64)] * 7


def test_a_file_that_came_is_here(mirror, entry, held):
    stored = bring(mirror, entry)
    assert isinstance(stored, StoredFile)
    assert find(mirror, entry) == stored
    with blobs().open(stored.sha256) as blob:
        assert blob.read() == held.content
    assert copy_of(mirror, entry).metadata_sha256 is not None


def test_another_address_is_not_found(mirror, entry):
    assert files.find_file(mirror, "0" * 64, entry.filename) is None
    with pytest.raises(FileNotFound):
        files.fetch(mirror, "0" * 64, entry.filename)


def test_what_is_here_stays_when_the_upstream_lists_it_no_more(mirror, entry):
    stored = bring(mirror, entry)
    metadata = files.find_metadata(mirror, entry.address, entry.filename)
    keep_page(mirror, "six")
    assert find(mirror, entry) == stored
    assert files.find_metadata(mirror, entry.address, entry.filename) == metadata


def test_what_was_here_and_is_not_listed_any_more_is_not_found(mirror, entry):
    bring(mirror, entry)
    copy_of(mirror, entry).sha256 = None
    db.session.commit()
    keep_page(mirror, "six")
    assert find(mirror, entry) is None


def test_a_lost_blob_of_what_is_not_listed_any_more_is_no_not_found(mirror, entry):
    blobs().delete(bring(mirror, entry).sha256)
    keep_page(mirror, "six")
    with pytest.raises(StorageUnavailable):
        find(mirror, entry)


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_project_in_quarantine_offers_nothing(mirror, entry, is_listed):
    bring(mirror, entry)
    keep_page(mirror, "six", *([entry] if is_listed else []), status="quarantined")
    for ask in (files.find_file, files.find_metadata, files.fetch):
        with pytest.raises(FileWithdrawn):
            ask(mirror, entry.address, entry.filename)


def test_a_changed_file_has_another_address_and_the_old_one_stays(mirror, upstream, entry):
    old = bring(mirror, entry)
    changed = upstream.add_wheel("six", "1.0", content=b"changed")
    new = entry_of(upstream, changed, was=entry.sha256)
    keep_page(mirror, "six", new)
    assert find(mirror, entry) == old
    assert bring(mirror, new).sha256 == changed.sha256
    assert find(mirror, entry) == old


def test_a_stray_is_found_by_its_own_name(mirror, upstream):
    held = upstream.add_file("other", "strange-1.0.zip", b"stray")
    entry = entry_of(upstream, held)
    keep_page(mirror, "other", entry)
    assert find(mirror, entry) is None
    stray = MirroredStray(index_id=mirror.id, filename=held.filename, normalized_name="other")
    db.session.add(stray)
    db.session.commit()
    assert bring(mirror, entry).project == "other"


def test_a_mirror_that_is_off_fetches_nothing(mirror, entry):
    mirror.upstream_url = None
    with pytest.raises(UpstreamUnavailable):
        files.fetch(mirror, entry.address, entry.filename)
