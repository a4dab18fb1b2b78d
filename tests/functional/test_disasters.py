"""Disks that fail or are full, clocks that jump, queues that are lost: nothing acknowledged is."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from app.core import faults
from app.core.exceptions import DomainError
from app.core.faults import Fault, break_at
from tests.functional.deeds import (
    DEEDS,
    Deed,
    Refused,
    later,
    list_complaints,
    list_left,
    take_picture,
)
from tests.functional.surviving import Survivor, Walk, assert_sound, surviving

# Where a disk is written to, or read.
WRITING = (
    *("blob.arriving", "blob.syncing", "blob.linking", "blob.linked"),
    *("shelf.taking-down", "shelf.withdrawing", "shelf.writing", "shelf.written"),
    *("shelf.leading", "shelf.closing", "job.waking", "mail.writing", "mail.written"),
)
READING = ("blob.opening", "shelf.opening")
YEAR = timedelta(days=365)
# More than the bytes of an upload, less than its rows.
SMALL = 40_000
UPLOAD = DEEDS[0]


@pytest.fixture(scope="module")
def survivor() -> Iterator[Survivor]:
    """Give an installation that may be hurt."""
    with surviving() as made:
        yield made


def list_disks(point: str, survivor: Survivor) -> list[Deed]:
    """Return up to two deeds on whose way a point lies."""
    reached = (deed for deed in DEEDS if point in survivor.walk(deed).reached)
    # A backup of what cannot be read tells so for as long as it is kept.
    return [deed for deed in reached if deed.name != "backup"][:2]


@pytest.mark.parametrize("point", [*WRITING, *READING])
@pytest.mark.parametrize("action", ["enospc", "eio"])
def test_a_disk_that_fails_refuses_or_is_made_up_for(survivor, point, action):
    deeds = list_disks(point, survivor)
    assert deeds
    for deed in deeds:
        survivor.installation.restore()
        fail = partial(_fail_once, deed, survivor.walk(deed), Fault(point, 1, action))
        survivor.installation.run(fail)


def test_a_database_that_cannot_grow_refuses_and_takes_it_later(survivor):
    survivor.installation.restore()
    survivor.installation.run(partial(_fill_disk, survivor.walk(UPLOAD)))


@pytest.mark.parametrize("by", [YEAR, -YEAR], ids=["forwards", "backwards"])
@pytest.mark.parametrize("deed", DEEDS[:3], ids=lambda deed: deed.name)
def test_a_clock_that_was_wrong_for_a_while_loses_nothing(survivor, deed, by):
    survivor.installation.restore()
    survivor.installation.run(partial(_do_at_another_time, deed, survivor.walk(deed), by))


@pytest.mark.parametrize(
    "content", [None, b"", b"no database" * 1000], ids=["gone", "empty", "bad"]
)
def test_a_lost_queue_keeps_no_upload_and_no_job_from_being_done(survivor, content):
    survivor.installation.restore()
    survivor.installation.run(partial(_lose_queue, survivor.walk(UPLOAD), content))


def _fail_once(deed: Deed, walk: Walk, fault: Fault, app: Flask) -> None:
    break_at(fault)
    # Whoever calls a service may see the error itself; nobody does who comes by HTTP.
    with suppress(DomainError, Refused, OSError):
        deed.do(app)
    faults.watch(None)
    assert_sound(deed, walk, app)


def _fill_disk(walk: Walk, app: Flask) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    try:
        with pytest.raises(Refused):
            UPLOAD.do(app)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert take_picture(app) == walk.before
    assert_sound(UPLOAD, walk, app)


def _do_at_another_time(deed: Deed, walk: Walk, by: timedelta, app: Flask) -> None:
    with later(by):
        deed.do(app)
        complaints = list_complaints(app)
        assert complaints == [], complaints
    assert_sound(deed, walk, app)


def _lose_queue(walk: Walk, content: bytes | None, app: Flask) -> None:
    # It is open, as in every process that has published something.
    DEEDS[1].do(app)
    path = Path(app.config["QUEUE_PATH"])
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    if content is not None:
        path.write_bytes(content)
    UPLOAD.do(app)
    picture = take_picture(app)
    assert all(picture.of(key) >= files for key, files in walk.after.files.items())
    complaints = list_complaints(app)
    assert complaints == [], complaints
    assert list_left(app) == []
