"""Who listens to what: the whole list."""

from app.core import events
from app.core.events import Event
from app.journal import services as journal


def wire() -> None:
    """Connect all listeners."""
    events.connect(
        inside=[
            (Event, journal.record),
        ],
        after=[],
    )
