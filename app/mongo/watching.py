"""How the documents are, for whoever watches the service."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from app.core import clock
from app.core.database import end_reading
from app.extensions import db
from app.mongo import marks
from app.mongo.asking import peek
from app.mongo.exceptions import MongoUnavailable
from app.projects.models import Project

# The worker follows once a minute, and may have much to copy.
BEHIND_AFTER = timedelta(minutes=5)


def look() -> str:
    """Return a code for what is wrong, or nothing; waits for half a moment at the most."""
    # So the database keeps nothing for us while we wait.
    serial = _find_settled_serial()
    end_reading()
    try:
        mark = peek(partial(marks.find_mark, marks.FOLLOWED))
    except MongoUnavailable:
        return "mongodb-lost"
    if mark is None:
        return "mongodb-empty"
    return "mongodb-behind" if mark["serial"] < serial else ""


def _find_settled_serial() -> int:
    """Return the number of the last change that should have been followed long since."""
    newest = (
        select(Project.last_serial)
        .where(Project.updated_at < clock.now() - BEHIND_AFTER)
        .order_by(Project.updated_at.desc())
        .limit(1)
    )
    return db.session.scalar(newest) or 0
