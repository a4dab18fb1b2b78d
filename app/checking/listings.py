"""Comparing what is listed, and found by its words, with the projects that are shown."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.checking.findings import Check, Finding, Wanted
from app.core.backlog import FAILED
from app.core.database import transaction
from app.core.models import Job
from app.extensions import db
from app.indexes.queries import map_slugs
from app.search import inspection
from app.search.backends import the_backend
from app.search.services import SWEEP

_BATCH = 1_000
_DETAILS = {
    inspection.MISSING: "it is shown, and not listed",
    inspection.NEEDLESS: "it is listed, and not shown",
    inspection.DIFFERENT: "it is listed with another version or summary than its newest one",
    inspection.WORDLESS: "it is listed, and cannot be found by its words",
}


def project_listings(_wanted: Wanted) -> Check:
    """Look whether our projects are listed as they are."""
    return Check("Listings of projects", _judge_projects, _project_steps)


def listings(_wanted: Wanted) -> Check:
    """Look whether whatever is listed is there, and has words."""
    return Check("Words of listings", _judge_listings, _listing_steps)


def stray_words(_wanted: Wanted) -> Check:
    """Look for words of projects that are listed no more."""
    return Check("Words without listings", _judge_strays)


def _project_steps() -> Sequence[int]:
    return range(1, inspection.last_project() + 1, _BATCH)


def _listing_steps() -> Sequence[int]:
    return range(1, inspection.last_listing() + 1, _BATCH)


def _judge_projects(begin: int) -> Iterable[Finding]:
    return _tell(inspection.list_project_faults(begin, begin + _BATCH))


def _judge_listings(begin: int) -> Iterable[Finding]:
    return _tell(inspection.list_listing_faults(begin, begin + _BATCH))


def _tell(faults: Sequence[inspection.Fault]) -> Iterable[Finding]:
    slugs = map_slugs() if faults else {}
    for fault in faults:

        def mend(fault: inspection.Fault = fault) -> None:
            with transaction():
                inspection.list_anew(fault.index_id, fault.normalized_name)

        yield Finding(
            kind=f"listing-{fault.state}",
            subject=f"{slugs[fault.index_id]}/{fault.normalized_name}",
            detail=_DETAILS[fault.state],
            cure="it is listed anew, as it is",
            mend=mend,
        )


def _judge_strays(_step: None) -> Iterable[Finding]:
    if db.session.scalar(select(Job.id).where(Job.name == SWEEP, Job.state != FAILED).limit(1)):
        # An index is gone, and its words are about to follow.
        return
    strays = inspection.list_strays()

    def mend() -> None:
        with transaction():
            the_backend().drop_strays(strays)

    if strays:
        yield Finding(
            kind="stray-words",
            subject="search",
            detail="there are words of projects that are listed no more",
            cure="the words are removed",
            mend=mend,
        )
