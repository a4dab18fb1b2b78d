"""Looking after jobs: what waits, runs or failed, and which works come round by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select

from app.core import clock
from app.core.database import after_commit
from app.core.exceptions import Conflict, NotFound
from app.core.i18n import _l
from app.core.jobs import RAN, list_recurring
from app.core.models import Job, Setting
from app.core.runtime import part
from app.extensions import db

WAITING, RUNNING, FAILED = "waiting", "running", "failed"
STATES = (FAILED, RUNNING, WAITING)
# A worker looks once a minute for what was left.
_LATE = timedelta(minutes=5)


class JobNotFound(NotFound):
    """The job was done, or removed."""

    code = "job-not-found"
    message = _l("This job is not there any more: it was done, or removed.")


class JobRunning(Conflict):
    """A worker is doing the job at this moment."""

    code = "job-running"
    message = _l("A worker is doing this job now. Wait until it is done, or has failed.")


@dataclass(frozen=True, kw_only=True)
class Recurring:
    """A work that comes round by itself, and when it was done the last time, if ever."""

    name: str
    is_daily: bool
    ran_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many jobs there are, and since when the longest due of them waits too long."""

    waiting: int
    running: int
    failed: int
    late_since: datetime | None


def list_jobs(state: str, *, before: int | None, limit: int) -> list[Job]:
    """Return jobs in one of the STATES, the newest first, with lower numbers than one."""
    wanted = select(Job).where(_is(state)).order_by(Job.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(Job.id < before)
    return list(db.session.scalars(wanted))


def read_load() -> Load:
    """Return how much there is to do."""
    late = clock.now() - _LATE
    counts = [func.count(case((_is(state), 1))).label(state) for state in STATES]
    oldest = func.min(case(((Job.state == "queued") & (Job.due_at < late), Job.due_at)))
    found = db.session.execute(select(*counts, oldest.label("late_since"))).mappings().one()
    return Load(**found)


def list_works() -> list[Recurring]:
    """Return all works that come round by themselves, those of the day first."""
    keys = {f"{RAN}{name}": name for name in list_recurring()}
    wanted = select(Setting.key, Setting.value).where(Setting.key.in_(sorted(keys)))
    ran = {keys[row.key]: datetime.fromisoformat(row.value) for row in db.session.execute(wanted)}
    works = [
        Recurring(name=name, is_daily=is_daily, ran_at=ran.get(name))
        for name, is_daily in list_recurring().items()
    ]
    return sorted(works, key=lambda work: (not work.is_daily, work.name))


def run_again(job_id: int) -> Job:
    """Let a job be done at once, with all attempts before it; raises `JobRunning`."""
    job = _hold(job_id)
    job.state, job.attempts, job.due_at, job.lease_until = "queued", 0, clock.now(), None
    after_commit(lambda: part("wake")(job_id))
    return job


def remove(job_id: int) -> Job:
    """Give a job up for good; raises `JobRunning`."""
    job = _hold(job_id)
    db.session.delete(job)
    return job


def _hold(job_id: int) -> Job:
    job = db.session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None:
        raise JobNotFound
    if job.state == "running" and job.lease_until is not None and job.lease_until > clock.now():
        raise JobRunning
    return job


def _is(state: str) -> ColumnElement[bool]:
    is_leased = (Job.state == "running") & (Job.lease_until >= clock.now())
    if state == RUNNING:
        return is_leased
    # A worker that died leaves its job behind, which then waits for another one.
    is_left = (Job.state == "running") & (Job.lease_until < clock.now())
    return Job.state == "failed" if state == FAILED else (Job.state == "queued") | is_left
