"""Whoever watches hears how the documents are, and what became of questions to them."""

from datetime import timedelta

import pytest

from app.core.breaker import FAILURES
from app.core.meters import meters
from app.extensions import db
from app.indexes.queries import get_index
from app.mongo import marks
from app.mongo.asking import the_reading
from app.mongo.connection import database
from app.mongo.figures import QUESTIONS
from app.mongo.source import MongoSource
from app.mongo.watching import BEHIND_AFTER
from app.web.readiness import UNAVAILABLE, read_readiness
from tests.factories import make_file, make_project, make_release
from tests.mongo.serving import catch_up, lost, served_from


@pytest.fixture
def stores(app, mongo_url):
    with served_from(app, mongo_url, is_lost=True):
        yield database()


def told():
    """Return the code of the check, or None if there is none."""
    found = read_readiness()
    assert found.status != UNAVAILABLE
    return next((check.code for check in found.checks if check.name == "mongodb"), None)


def counted(result):
    return meters().read().counts.get((QUESTIONS.name, result), [0])[0]


def test_documents_that_are_current_are_told_as_well(stores, client):
    make_project("foo")
    assert client.get("/readyz").get_json()["checks"]["mongodb"] == {"ok": True, "code": "ok"}


def test_without_the_catalogue_in_mongodb_there_is_no_such_check(stores, app):
    app.config["CATALOGUE"] = "sql"
    assert told() is None


def test_store_without_a_copy_is_told_as_empty(stores):
    assert told() == "mongodb-empty"


def test_copy_that_lags_for_minutes_is_told_as_behind(stores, now):
    catch_up()
    project = make_project("foo")
    project.last_serial = 9_999
    db.session.commit()
    made_at = project.updated_at
    # So it is for a moment after every change.
    now(made_at + BEHIND_AFTER)
    assert told() == ""
    now(made_at + BEHIND_AFTER + timedelta(seconds=1))
    assert told() == "mongodb-behind"
    marks.note(marks.FOLLOWED, serial=9_999)
    assert told() == ""


def test_lost_server_is_told_and_pages_alone_decide_to_leave_it_alone(stores, app):
    catch_up()
    make_project("foo")
    with lost(app):
        for _ in range(FAILURES):
            assert told() == "mongodb-lost"
        assert not the_reading().breaker.is_open
        for _ in range(FAILURES):
            MongoSource(get_index()).find_page("foo")
        assert the_reading().breaker.is_open
    # The server is back, but no page asks it yet.
    assert told() == "mongodb-lost"


def test_questions_are_counted_by_what_became_of_them(stores, app):
    source = MongoSource(get_index())
    before = {result: counted(result) for result in ("answered", "behind", "lost")}
    project = make_project("foo")
    make_file(make_release(project, "1.0"))
    source.find_page("foo")
    catch_up()
    source.find_page("foo")
    source.find_release("foo")
    with lost(app):
        source.find_page("foo")
    grown = {result: counted(result) - number for result, number in before.items()}
    assert grown == {"answered": 2, "behind": 1, "lost": 1}
