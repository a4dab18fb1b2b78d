"""Comparing what lies ready for installers with the database."""

from collections.abc import Iterable, Sequence
from functools import partial

from app.checking.findings import Check, Finding, Wanted
from app.core.locks import LockBusy
from app.indexes.queries import list_indexes
from app.simple import inspection

Step = tuple[str, inspection.Spot]


def shelf(_wanted: Wanted) -> Check:
    """Look at all that lies on the shelves of all indexes; what is missing is made when asked."""
    return Check("Shelf", _judge, _steps)


def _steps() -> Sequence[Step]:
    slugs = [index.slug for index in list_indexes()]
    return [(slug, spot) for slug in slugs for spot in inspection.list_spots(slug)]


def _judge(step: Step) -> Iterable[Finding]:
    slug, spot = step
    try:
        faults = list(inspection.judge(slug, spot))
    except LockBusy:
        # Somebody is changing it at this moment, and will lay what is right.
        return
    for fault in faults:
        yield Finding(
            kind=f"shelf-{fault.place}",
            subject=str(fault.path),
            detail=fault.why,
            cure="it is laid anew, or taken down until somebody asks for it",
            mend=partial(inspection.mend, slug, fault),
        )
