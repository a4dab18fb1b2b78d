"""What mirrors do by themselves."""

from app.core.jobs import regular
from app.mirror.eviction import MAKE_ROOM, make_room
from app.mirror.flights import forget_notes


@regular(MAKE_ROOM)
def keep_bound() -> None:
    """Keep the bytes of mirrored files within their bound."""
    make_room()


@regular("mirror-sweep-notes")
def sweep_notes() -> None:
    """Remove the notes of processes that died while they fetched a file."""
    forget_notes()
