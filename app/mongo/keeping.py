"""Keeping up for as long as somebody wants: through lost servers, until told to stop."""

import logging
import time
from threading import Event

from sqlalchemy.exc import OperationalError, TimeoutError

from app.core.database import release_connection
from app.core.exceptions import Unavailable
from app.mongo.copying import Tally
from app.mongo.exceptions import NotMigrated, reason_of
from app.mongo.following import catch_up, follow_rest
from app.mongo.migrating import migrate
from app.mongo.pacing import Follow, silently

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
# What takes no number is looked at so often.
_REST_SECONDS = 60.0

_log = logging.getLogger(__name__)


def keep_up(follow: Follow = silently) -> Tally:
    """Bring everything up to date, once; copies all of it if that was never done."""
    tally = Tally()
    try:
        catch_up(tally)
    except NotMigrated:
        return migrate((), follow)
    follow_rest(tally)
    return tally


def keep_following(stop: Event, *, pause: float = PAUSE_SECONDS) -> None:
    """Follow changes until told to stop; waits longer and longer for a server that is away."""
    wait, rest_at = pause, 0.0
    while not stop.is_set():
        try:
            rest_at = _follow_once(rest_at)
            wait = pause
        except (Unavailable, OperationalError, TimeoutError) as error:
            _log.warning("MongoDB falls behind", extra={"reason": reason_of(error)})
            wait = min(wait * 2, LONGEST_PAUSE_SECONDS)
        finally:
            release_connection()
        stop.wait(wait)


def _follow_once(rest_at: float) -> float:
    if time.monotonic() >= rest_at:
        keep_up()
        return time.monotonic() + _REST_SECONDS
    catch_up(Tally())
    return rest_at
