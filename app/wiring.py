"""Who listens to what, and which kind of index has which source: the whole list."""

from app.core import events
from app.core.events import Event
from app.journal import services as journal
from app.sources import registry
from app.sources.local import LocalSource


def wire() -> None:
    """Connect all listeners and sources."""
    registry.register("hosted", LocalSource)
    events.connect(
        inside=[
            (Event, journal.record),
        ],
        after=[],
    )
