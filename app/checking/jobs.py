"""Looking for jobs that will never be done."""

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import func, select

from app.checking.findings import Check, Finding, Wanted
from app.core.jobs import FAILED, fits
from app.core.models import Job
from app.extensions import db

_BATCH = 1_000


def jobs(_wanted: Wanted) -> Check:
    """Look for jobs that failed for good, and for those that no code belongs to."""
    return Check("Jobs", _judge, _steps)


def _steps() -> Sequence[int]:
    last = db.session.scalar(select(func.max(Job.id))) or 0
    first = db.session.scalar(select(func.min(Job.id))) or 1
    return range(first, last + 1, _BATCH)


def _judge(begin: int) -> Iterable[Finding]:
    wanted = select(Job).where(Job.id >= begin, Job.id < begin + _BATCH).order_by(Job.id)
    for job in db.session.scalars(wanted):
        tell = partial(Finding, subject=f"job {job.id} ({job.name})")
        if not fits(job.name, job.payload):
            yield tell(
                kind="job-unknown",
                detail="this version of the software cannot do it",
                cure="if nobody knows what it was for, remove it on the page of the jobs",
            )
        elif job.state == FAILED:
            yield tell(
                kind="job-failed",
                detail=f"it was tried {job.attempts} times: {job.last_error or 'its worker died'}",
                cure="set right what stood against it, and try it again on the page of the jobs",
            )
