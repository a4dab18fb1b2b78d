"""What administrators do about jobs."""

from typing import Any

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin
from app.admin.events import JobRemoved, JobRunAgain
from app.core import backlog
from app.core.events import tell
from app.core.models import Job


def run_again(actor: Actor, job_id: int) -> None:
    """Let a job be done at once; raises `JobNotFound` or `JobRunning`."""
    demand_site_admin(actor)
    tell(JobRunAgain(**_facts(actor, backlog.run_again(job_id))))


def remove(actor: Actor, job_id: int) -> None:
    """Give a job up for good; raises `JobNotFound` or `JobRunning`."""
    demand_site_admin(actor)
    tell(JobRemoved(**_facts(actor, backlog.remove(job_id))))


def _facts(actor: Actor, job: Job) -> dict[str, Any]:
    by = {"by": actor.account_id, "actor": actor.username}
    return {"job_id": job.id, "job_name": job.name} | by
