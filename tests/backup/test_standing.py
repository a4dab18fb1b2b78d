import re

from app.backup.standing import PLACES
from app.core import clock
from app.core.storage import blobs, sweep
from app.extensions import db
from app.projects.models import File
from tests.backup.makers import back_up

_ASKED = re.compile(r"(\w+)\.(\w*sha256) (?:IN|= ANY)")


def test_all_who_stand_on_blobs_are_known(app, queries):
    for referrer in sweep._referrers:
        referrer(["0" * 64])
    assert {place for statement in queries for place in _ASKED.findall(statement)} == set(PLACES)


def test_bytes_that_were_given_up_are_not_missing(home, shelter):
    file = db.session.query(File).first()
    file.removed_at = file.freed_at = clock.now()
    db.session.commit()
    blobs().delete(file.sha256)
    manifest = back_up(shelter).backup.manifest
    assert manifest.is_good
    assert manifest.blobs == 2


def test_bytes_in_the_trash_are_kept(home, shelter):
    file = db.session.query(File).first()
    file.removed_at = clock.now()
    db.session.commit()
    assert back_up(shelter).backup.manifest.blobs == 3
