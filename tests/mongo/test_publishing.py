"""What was published is copied when it is committed, and never at its cost."""

from contextlib import suppress

import pytest

from app.accounts.actors import Actor
from app.core.breaker import FAILURES
from app.core.database import transaction
from app.extensions import db
from app.mongo import asking, publishing
from app.mongo.asking import the_reading
from app.mongo.connection import database
from app.mongo.copying import StillChanging
from app.mongo.exceptions import MongoUnavailable
from app.projects import services
from app.projects.models import Release
from tests.factories import make_file, make_project, make_release
from tests.mongo.serving import catch_up, served_from

ADMIN = Actor(is_admin=True)


@pytest.fixture
def release(app, mongo_url):
    with served_from(app, mongo_url, is_lost=True):
        release = make_release(make_project("foo"))
        make_file(release)
        catch_up()
        yield release


def yank(release, reason="broken"):
    with transaction():
        services.yank(ADMIN, release.id, reason)


def copied():
    return database().projects.find_one({})["releases"][0]["yanked_reason"]


def test_change_is_copied_after_its_commit(release):
    yank(release)
    assert copied() == "broken"


def test_change_that_is_rolled_back_is_not_copied(release):
    with suppress(RuntimeError), transaction():
        services.yank(ADMIN, release.id, "broken")
        raise RuntimeError
    assert copied() == ""


def test_long_project_is_left_to_the_worker(release, monkeypatch):
    monkeypatch.setattr(asking, "LONG_PROJECT", 0)
    yank(release)
    assert copied() == ""


@pytest.mark.parametrize("failure", [MongoUnavailable(), ValueError("a fault of ours")])
def test_nobody_who_publishes_hears_of_a_copy_that_fails(release, monkeypatch, failure):
    def fail(*_args):
        raise failure

    monkeypatch.setattr(publishing, "refresh", fail)
    yank(release)
    assert db.session.get_one(Release, release.id).is_yanked
    assert copied() == ""


def test_project_that_keeps_changing_is_no_lost_server(release, monkeypatch):
    def change(*_args):
        raise StillChanging

    monkeypatch.setattr(publishing, "refresh", change)
    for number in range(FAILURES):
        yank(release, f"reason {number}")
    assert not the_reading().breaker.is_open


def test_without_the_catalogue_in_mongodb_nothing_is_copied(release, app):
    app.config["CATALOGUE"] = "sql"
    yank(release)
    assert copied() == ""
    assert the_reading().answered == 0
