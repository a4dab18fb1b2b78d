"""Jobs: rows written inside the transaction that wants them, done after its commit.

The queue (huey) only wakes a worker. The row is the promise: a worker holds a
lease on the job that it does and renews it, and a job that was killed with its
worker is found by the sweep when the lease has run out.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from inspect import signature
from typing import Any, TypeVar

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import OperationalError

from app.core import clock, logs
from app.core.database import after_commit, transaction, wait_for_turn
from app.core.faults import reach
from app.core.meters import kind, meters
from app.core.meters.kinds import SECONDS
from app.core.models import Job
from app.core.runtime import application, part
from app.core.settings import find_setting, keep_setting
from app.extensions import db

Work = TypeVar("Work", bound=Callable[..., None])

LEASE = timedelta(minutes=2)
_RENEWED_AFTER = LEASE / 6
MAX_ATTEMPTS = 8
# No job is put off for longer, and no lease runs longer: what lies beyond was written by a
# clock that was wrong, and would not be done before that moment comes.
_FURTHEST = timedelta(hours=1)
# The state of a job that nobody will try again.
FAILED = "failed"

# With the name of a work behind it: the key of when it was done the last time.
RAN = "jobs.ran."

_DAILY_SETTING = "jobs.daily"
_works: dict[str, Callable[..., None]] = {}
_NO_FACTS: Mapping[str, Any] = {}
_daily: set[str] = set()
_regular: set[str] = set()
_log = logging.getLogger(__name__)

JOBS = kind("tilsit_job_attempts_total", "Attempts at jobs.", "work", "result")
DURATION = kind("tilsit_job_seconds", "How long attempts at jobs took.", "work", buckets=SECONDS)

_at_hand: ContextVar[Mapping[str, Any]] = ContextVar("job", default=_NO_FACTS)
logs.tell_with(_at_hand.get)


def job(name: str) -> Callable[[Work], Work]:
    """Mark a function as the work behind a name that stays the same for ever.

    It is called with the payload as keywords, outside a transaction, and may be
    called again for the same job, so it must be safe to repeat.
    """

    def remember(work: Work) -> Work:
        _works[name] = work
        return work

    return remember


def daily(name: str) -> Callable[[Work], Work]:
    """Mark a function as work, without a payload, that is done once a day."""
    _daily.add(name)
    return job(name)


def regular(name: str) -> Callable[[Work], Work]:
    """Mark a function as work, without a payload, that is done with every sweep."""
    _regular.add(name)
    return job(name)


def list_recurring() -> dict[str, bool]:
    """Return the names of all works that come round by themselves, and whether once a day."""
    return {name: name in _daily for name in sorted(_daily | _regular)}


def fits(name: str, payload: Mapping[str, Any]) -> bool:
    """Tell whether there is a work behind a name that takes a payload."""
    work = _works.get(name)
    if work is None:
        return False
    try:
        signature(work).bind(**payload)
    except TypeError:
        return False
    return True


def promise_daily() -> None:
    """Promise the works of the day, unless that was done already."""
    today = clock.today().isoformat()
    if find_setting(_DAILY_SETTING) == today:
        return
    with transaction():
        # Another worker may have been faster.
        if find_setting(_DAILY_SETTING) != today:
            keep_setting(_DAILY_SETTING, today)
            for name in sorted(_daily):
                enqueue(name)


def promise_regular() -> None:
    """Promise the works of every sweep, except those that are still to be done or running."""
    with transaction() as session:
        wait_for_turn("jobs.regular")
        ours = Job.name.in_(_regular)
        # One that failed for good makes way, or there would soon be thousands of them.
        session.execute(delete(Job).where(ours, Job.state == FAILED))
        busy = set(session.scalars(select(Job.name).where(ours)))
        for name in sorted(_regular - busy):
            enqueue(name)


def enqueue(name: str, **payload: Any) -> None:
    """Promise a job inside the open transaction; the worker is woken after the commit."""
    row = Job(name=name, payload=payload, due_at=clock.now(), created_at=clock.now())
    db.session.add(row)
    db.session.flush()  # The queue is told the row's number.
    number = row.id
    after_commit(lambda: part("wake")(number))


def run_job(job_id: int) -> None:
    """Do a job that is due and that nobody else has taken."""
    claimed = _claim(job_id)
    if claimed is None:
        return
    name, payload = claimed
    reach("job.claimed")
    with _told_of(job_id, name):
        try:
            with _lease_renewed(job_id):
                _works[name](**payload)
        except Exception as error:
            # Whatever went wrong, the promise stands: log it, try again later.
            _log.exception("job failed")
            reach("job.failed")
            _put_off(job_id, error)
            meters().count(JOBS, name, "failed")
        else:
            reach("job.done")
            _finish(job_id, name)
            meters().count(JOBS, name, "done")


def list_due() -> list[int]:
    """Return the jobs that wait for a worker or have lost theirs."""
    now = clock.now()
    waiting = select(Job.id).where(_is_free(now)).order_by(Job.due_at, Job.id)
    return list(db.session.scalars(waiting))


def sweep(is_over: Callable[[], bool] = lambda: False) -> int:
    """Do all jobs that were left, in order of their time, until told; return how many."""
    done = 0
    for job_id in list_due():
        if is_over():
            break
        run_job(job_id)
        done += 1
    return done


def _claim(job_id: int) -> tuple[str, dict[str, Any]] | None:
    now = clock.now()
    with transaction() as session:
        taken = session.execute(
            update(Job)
            .where(Job.id == job_id, _is_free(now))
            .values(state="running", attempts=Job.attempts + 1, lease_until=now + LEASE)
            .returning(Job.name, Job.payload, Job.attempts)
        ).one_or_none()
        if taken is not None and taken.attempts > MAX_ATTEMPTS:
            # It was never put off, so it took its worker with it each time.
            session.execute(update(Job).where(Job.id == job_id).values(state=FAILED))
            return None
    return None if taken is None else (taken.name, taken.payload)


def _finish(job_id: int, name: str) -> None:
    with transaction() as session:
        session.execute(delete(Job).where(Job.id == job_id))
        if name in _daily | _regular:
            keep_setting(f"{RAN}{name}", clock.now().isoformat())


@contextmanager
def _told_of(job_id: int, name: str) -> Iterator[None]:
    """Let the lines of the log tell for which job they were written, and see how long it took."""
    began = time.perf_counter()
    mark = _at_hand.set({"job": job_id, "work": name})
    meters().begin()
    try:
        yield
    finally:
        _at_hand.reset(mark)
        meters().observe(DURATION, name, value=time.perf_counter() - began)


@contextmanager
def _lease_renewed(job_id: int) -> Iterator[None]:
    """Keep a job ours for as long as the block runs."""
    done = threading.Event()
    app = application()

    def renew() -> None:
        while not done.wait(_RENEWED_AFTER.total_seconds()):
            with app.app_context():
                renew_lease(job_id)

    threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def renew_lease(job_id: int) -> None:
    """Keep a running job from being taken by somebody else."""
    try:
        with transaction() as session:
            mine = (Job.id == job_id) & (Job.state == "running")
            session.execute(update(Job).where(mine).values(lease_until=clock.now() + LEASE))
    except OperationalError:
        # The job itself may be holding the database; there is time to try again.
        _log.warning("a lease was not renewed", extra={"job": job_id})


def _is_free(now: Any) -> Any:
    is_due = (Job.due_at <= now) | (Job.due_at > now + _FURTHEST)
    is_left = (Job.lease_until < now) | (Job.lease_until > now + _FURTHEST)
    return or_((Job.state == "queued") & is_due, (Job.state == "running") & is_left)


def _put_off(job_id: int, error: Exception) -> None:
    with transaction() as session:
        row = session.get_one(Job, job_id)
        row.last_error = f"{type(error).__name__}: {error}"[:1000]
        row.lease_until = None
        row.state = FAILED if row.attempts >= MAX_ATTEMPTS else "queued"
        row.due_at = clock.now() + timedelta(seconds=10 * 2**row.attempts)
