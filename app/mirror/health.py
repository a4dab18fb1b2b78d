"""How upstreams are, as whoever asked them last found."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.mirror.models import UpstreamState

_log = logging.getLogger(__name__)


def note(index_id: int, error: str) -> None:
    """Write down that the upstream of an index is down for a reason, or up if there is none.

    Whoever asks an upstream has no transaction open. That it cannot be written
    down keeps nobody from using an answer.
    """
    try:
        with transaction():
            _note(index_id, error)
    except SQLAlchemyError:
        _log.warning("the state of an upstream was not kept", exc_info=True)


def _note(index_id: int, error: str) -> None:
    is_up = not error
    state = db.session.get(UpstreamState, index_id)
    if state is None:
        state = UpstreamState(index_id=index_id, is_up=is_up, since=clock.now())
        db.session.add(state)
    if state.is_up != is_up:
        state.is_up, state.since = is_up, clock.now()
    if error:
        state.last_error = error
