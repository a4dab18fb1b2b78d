"""Writing the audit log: it listens to every event and is never asked to write."""

from dataclasses import asdict

from app.core import clock
from app.core.events import Event
from app.extensions import db
from app.journal.models import Entry
from app.journal.tags import tag_of
from app.web.http import find_caller

_COLUMNS = {"by", "actor", "index_slug", "project"}


def record(event: Event) -> None:
    """Write an event into the log, inside the transaction that it tells of."""
    if not event.is_history:
        return
    facts = asdict(event)
    caller = find_caller()
    db.session.add(
        Entry(
            at=clock.now(),
            tag=tag_of(type(event)),
            account_id=event.by,
            actor=event.actor,
            about=facts.get("username") or None,
            index_slug=facts.get("index_slug"),
            project=facts.get("project"),
            address=caller.address,
            user_agent=caller.user_agent,
            details={key: value for key, value in facts.items() if key not in _COLUMNS},
        )
    )
