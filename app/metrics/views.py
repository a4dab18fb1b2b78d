"""The door for programs that watch."""

import logging

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from app.core.i18n import speak_english
from app.core.meters import meters
from app.extensions import csrf, db
from app.metrics.auth import demand_watcher
from app.metrics.facts import Fact, read_disks, read_facts
from app.web import errors
from app.web.headers import keep_private

bp = Blueprint("metrics", __name__)
errors.answer_as(bp, errors.as_text)
speak_english(bp)
csrf.exempt(bp)
bp.after_request(keep_private)

_log = logging.getLogger(__name__)


@bp.get("/metrics")
def figures() -> Response:
    """Answer with all figures, of all processes together; without the database with fewer."""
    # Only here: what else comes with it takes memory, and time of every start.
    from app.metrics.exposition import CONTENT_TYPE, write_out  # noqa: PLC0415

    demand_watcher()
    facts, is_up = _read_facts()
    body = write_out(meters().sum_up(), [*facts, *read_disks()], is_database_up=is_up)
    return Response(body, content_type=CONTENT_TYPE)


def _read_facts() -> tuple[list[Fact], bool]:
    try:
        return read_facts(), True
    except SQLAlchemyError as error:
        _log.warning("figures of the database are left out: %s", getattr(error, "orig", error))
        db.session.remove()
        return [], False
