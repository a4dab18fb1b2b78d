import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core import jobs
from app.core.database import transaction
from app.core.jobs import (
    LEASE,
    MAX_ATTEMPTS,
    enqueue,
    job,
    list_due,
    promise_regular,
    run_job,
    sweep,
)
from app.core.models import Job
from app.core.settings import find_setting, keep_setting
from app.extensions import db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def done(monkeypatch):
    """Give the list of what the work `note` was called with."""
    calls = []
    monkeypatch.setitem(jobs._works, "note", lambda **payload: calls.append(payload))
    return calls


@pytest.fixture
def asleep(app, monkeypatch):
    """Let nobody be woken, as when the worker is away."""
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)


def promise(name="note", **payload):
    with transaction() as session:
        enqueue(name, **payload)
        return session.scalars(select(Job.id).order_by(Job.id.desc())).first()


def rows():
    db.session.expire_all()
    return db.session.scalars(select(Job).order_by(Job.id)).all()


def fail(**_payload):
    raise ValueError("not today")


def test_a_job_is_done_after_the_commit(app, done):
    with transaction():
        enqueue("note", word="hello")
        assert done == []
    assert done == [{"word": "hello"}]
    assert rows() == []


def test_a_job_goes_with_its_transaction(app, done):
    with pytest.raises(ZeroDivisionError), transaction():
        enqueue("note", word=str(1 / 0))
    assert done == []
    assert rows() == []


def test_a_job_may_write(app, monkeypatch):
    def work():
        with transaction():
            keep_setting("colour", "green")

    monkeypatch.setitem(jobs._works, "note", work)
    promise()
    assert find_setting("colour") == "green"


def test_a_job_may_promise_another_one(app, done, monkeypatch):
    monkeypatch.setitem(jobs._works, "first", lambda: promise(word="second"))
    promise("first")
    assert done == [{"word": "second"}]


def test_the_sweep_does_what_was_left_in_order(app, done, asleep):
    for number in range(3):
        promise(number=number)
    assert sweep() == 3
    assert [call["number"] for call in done] == [0, 1, 2]
    assert rows() == []


def test_a_sweep_that_is_told_to_end_leaves_the_rest(app, done, asleep):
    for number in range(3):
        promise(number=number)
    assert sweep(lambda: len(done) == 2) == 2
    assert [job.state for job in rows()] == ["queued"]


def test_a_job_is_done_once_however_many_are_woken(app, done, asleep):
    number = promise()
    run_job(number)
    run_job(number)
    assert len(done) == 1


def test_a_job_that_somebody_has_taken_is_left_alone(app, done, asleep):
    number = promise()
    jobs._claim(number)
    run_job(number)
    assert done == []
    assert list_due() == []


def test_a_job_that_lost_its_worker_is_done_again(app, done, asleep, now):
    now(NOON)
    number = promise()
    # Taken, and then the worker was killed.
    jobs._claim(number)
    now(NOON + LEASE)
    assert sweep() == 0
    now(NOON + LEASE + timedelta(seconds=1))
    assert sweep() == 1
    assert len(done) == 1


def test_a_lease_is_renewed_while_the_job_runs(app, done, asleep, now):
    now(NOON)
    number = promise()
    jobs._claim(number)
    now(NOON + LEASE)
    jobs.renew_lease(number)
    now(NOON + LEASE + timedelta(seconds=1))
    assert sweep() == 0


def test_a_lease_is_renewed_by_itself(app, monkeypatch):
    renewed, came = [], threading.Event()

    def note(number):
        renewed.append(number)
        came.set()

    monkeypatch.setattr(jobs, "_RENEWED_AFTER", timedelta(milliseconds=1))
    monkeypatch.setattr(jobs, "renew_lease", note)
    monkeypatch.setitem(jobs._works, "note", lambda: came.wait(10))
    number = promise()
    assert renewed[0] == number


def test_a_lease_that_cannot_be_renewed_is_no_reason_to_stop(app, monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise OperationalError("update", {}, Exception("database is locked"))

    monkeypatch.setattr(jobs, "transaction", refuse)
    jobs.renew_lease(1)
    assert "a lease was not renewed" in caplog.text


def test_a_failed_job_is_put_off_longer_and_longer(app, monkeypatch, now, asleep):
    monkeypatch.setitem(jobs._works, "note", fail)
    moment = now(NOON)
    promise()
    waits = []
    for _ in range(3):
        sweep()
        (row,) = rows()
        waits.append((row.due_at - moment).total_seconds())
        moment = now(row.due_at)
    assert waits == [20, 40, 80]
    assert row.last_error == "ValueError: not today"


def test_a_job_put_off_is_not_done_early(app, monkeypatch, now, done, asleep):
    monkeypatch.setitem(jobs._works, "bad", fail)
    now(NOON)
    number = promise("bad")
    run_job(number)
    monkeypatch.setitem(jobs._works, "bad", jobs._works["note"])
    now(NOON + timedelta(seconds=19))
    run_job(number)
    assert done == []
    now(NOON + timedelta(seconds=20))
    run_job(number)
    assert len(done) == 1


def test_a_job_promised_by_a_clock_that_was_ahead_is_done_at_once(app, now, done, asleep):
    now(NOON + timedelta(days=365))
    promise(word="hello")
    now(NOON)
    assert sweep() == 1
    assert done == [{"word": "hello"}]


def test_a_lease_given_by_a_clock_that_was_ahead_has_run_out(app, now, done, asleep):
    now(NOON + timedelta(days=365))
    number = promise()
    jobs._claim(number)
    now(NOON)
    assert sweep() == 1


def test_a_job_fails_for_good_after_eight_attempts(app, monkeypatch, now, asleep):
    monkeypatch.setitem(jobs._works, "note", fail)
    now(NOON)
    promise()
    for _ in range(MAX_ATTEMPTS):
        assert sweep() == 1
        now(rows()[0].due_at)
    assert (rows()[0].state, rows()[0].attempts) == ("failed", 8)
    assert sweep() == 0


def test_a_job_that_kills_its_worker_each_time_is_given_up(app, done, now, asleep):
    moment = now(NOON)
    number = promise()
    for _ in range(MAX_ATTEMPTS):
        assert jobs._claim(number) is not None
        moment = now(moment + LEASE + timedelta(seconds=1))
    sweep()
    assert rows()[0].state == "failed"
    assert done == []


def test_an_unknown_job_waits_for_a_newer_program(app, asleep):
    number = promise("of the future")
    run_job(number)
    assert rows()[0].state == "queued"
    assert "KeyError" in rows()[0].last_error


def test_a_failure_inside_a_transaction_is_rolled_back(app, monkeypatch):
    def work():
        with transaction():
            keep_setting("colour", "green")
            raise ValueError

    monkeypatch.setitem(jobs._works, "note", work)
    promise()
    assert find_setting("colour") is None
    assert rows()[0].attempts == 1


def test_work_is_remembered_by_its_name(monkeypatch):
    monkeypatch.setattr(jobs, "_works", {})

    @job("some-work")
    def work():
        """Do nothing."""

    assert jobs._works == {"some-work": work}


@pytest.fixture
def regular(monkeypatch, done, asleep):
    """Let the work `note` be the only one that is done with every sweep."""
    monkeypatch.setattr(jobs, "_regular", {"note"})


def test_regular_work_is_done_with_every_sweep(app, done, regular):
    for _ in range(2):
        promise_regular()
        sweep()
    assert done == [{}, {}]
    assert rows() == []


def test_regular_work_that_still_waits_is_not_promised_again(app, regular):
    for _ in range(2):
        promise_regular()
    assert [row.name for row in rows()] == ["note"]


def test_regular_work_that_runs_is_not_promised_again(app, monkeypatch, regular):
    seen = []

    def work():
        promise_regular()
        seen.append([row.state for row in rows()])

    monkeypatch.setitem(jobs._works, "note", work)
    promise_regular()
    sweep()
    assert seen == [["running"]]


def test_regular_work_that_failed_for_good_begins_anew(app, regular):
    promise_regular()
    rows()[0].state = "failed"
    db.session.commit()
    promise_regular()
    assert [row.state for row in rows()] == ["queued"]


def test_other_work_that_failed_stays_for_the_operator(app, regular):
    promise("other")
    rows()[0].state = "failed"
    db.session.commit()
    promise_regular()
    assert [row.name for row in rows()] == ["other", "note"]


def test_regular_work_is_marked_by_its_name(monkeypatch):
    monkeypatch.setattr(jobs, "_works", {})
    monkeypatch.setattr(jobs, "_regular", set())

    @jobs.regular("some-work")
    def work():
        """Do nothing."""

    assert (jobs._works, jobs._regular) == ({"some-work": work}, {"some-work"})


def test_a_job_needs_a_transaction(app):
    with pytest.raises(RuntimeError):
        enqueue("note")
