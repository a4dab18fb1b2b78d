"""The documents keep up by themselves, so that nobody must start a process for it."""

import logging

from app.core.exceptions import Unavailable
from app.core.jobs import regular
from app.core.runtime import setting
from app.mongo.exceptions import reason_of

_log = logging.getLogger(__name__)


@regular("follow-in-mongo")
def follow() -> None:
    """Bring MongoDB up to date; a server that is away is asked again with the next sweep."""
    if not setting("MONGODB_URL"):
        return
    # The driver takes memory that an installation without MongoDB shall not spend.
    from app.mongo.keeping import keep_up  # noqa: PLC0415

    try:
        keep_up()
    except Unavailable as error:
        _log.warning("MongoDB falls behind", extra={"reason": reason_of(error)})
