"""Where administrators look after jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin import chores
from app.admin.answers import told
from app.admin.slices import LENGTH, Slice, as_number, cut
from app.admin.views import bp
from app.core.backlog import FAILED, STATES, Load, Recurring, list_jobs, list_works, read_load
from app.core.database import transaction
from app.core.i18n import _
from app.core.models import Job
from app.web.notices import goes_on

# The letters of mails hold links that open accounts, so only names are shown.
_SHOWN = frozenset({"slug", "project", "version", "name", "filename"})
_LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """A job in a list; `payload` is what may be shown of it."""

    id: int
    name: str
    payload: tuple[tuple[str, str], ...]
    attempts: int
    due_at: datetime
    created_at: datetime
    last_error: str

    @classmethod
    def of(cls, job: Job) -> "JobLine":
        """Return a job as it is shown."""
        return cls(
            id=job.id,
            name=job.name,
            payload=_tell(job.payload),
            attempts=job.attempts,
            due_at=job.due_at,
            created_at=job.created_at,
            last_error=job.last_error or "",
        )


@dataclass(frozen=True, kw_only=True)
class JobsView:
    """The jobs in one state, how many there are in all, and what comes round by itself."""

    state: str
    jobs: Slice[JobLine]
    load: Load
    works: tuple[Recurring, ...]


@bp.get("/jobs/")
def jobs() -> ResponseReturnValue:
    """Show the jobs in one state, failed ones unless something else is asked for."""
    asked, before = request.args.get("state", ""), as_number(request.args.get("before", ""))
    state = asked if asked in STATES else FAILED
    found = list_jobs(state, before=before, limit=LENGTH + 1)
    page = JobsView(
        state=state,
        jobs=cut([JobLine.of(job) for job in found], lambda line: line.id),
        load=read_load(),
        works=tuple(list_works()),
    )
    return render_template("admin/jobs.html", page=page)


@bp.post("/job/<int(max=2147483647):number>/again")
@goes_on
def run_job_again(number: int) -> ResponseReturnValue:
    """Let a job be done at once."""
    return _do(chores.run_again, number, _("The job is done again as soon as a worker is free."))


@bp.post("/job/<int(max=2147483647):number>/remove")
@goes_on
def remove_job(number: int) -> ResponseReturnValue:
    """Give a job up."""
    return _do(chores.remove, number, _("The job is removed."))


def _do(deed: Callable[..., None], number: int, message: str) -> ResponseReturnValue:
    with transaction():
        deed(session_actor(), number)
    state = request.form.get("state", "")
    return told(message, "admin.jobs", **({"state": state} if state in STATES else {}))


def _tell(payload: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _shorten(name, value)) for name, value in payload.items())


def _shorten(name: str, value: object) -> str:
    is_plain = value is None or isinstance(value, bool | int | float) or name in _SHOWN
    return str(value)[:_LONGEST] if is_plain else "…"
