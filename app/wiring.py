"""Who listens to what, and which kind of index has which source: the whole list."""

from app.accounts import mails
from app.accounts.events import (
    AccountOpened,
    AddressClaimed,
    ConfirmationAsked,
    PasswordChanged,
    UploadAllowed,
)
from app.core import events
from app.core.events import Event
from app.core.storage import sweep
from app.indexes import services as indexes
from app.journal import services as journal
from app.projects.queries import list_referred
from app.sources import registry
from app.sources.local import LocalSource


def wire() -> None:
    """Connect all listeners, sources and those who stand on blobs."""
    registry.register("hosted", LocalSource)
    sweep.refer(list_referred)
    events.connect(
        inside=[
            (Event, journal.record),
            (AccountOpened, indexes.welcome),
            (UploadAllowed, indexes.let_upload),
            (ConfirmationAsked, mails.promise_confirmation),
            (AddressClaimed, mails.promise_claim),
            (PasswordChanged, mails.promise_notice),
        ],
        after=[],
    )
