"""Asking MongoDB for pages, none of which may wait long for it.

Whoever gets no answer asks the database. A server that fails again and again is left
alone for a while, so that not every page finds out anew that it is lost.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import pymongo
from pymongo.errors import PyMongoError
from sqlalchemy import RowMapping

from app.core.breaker import Breaker
from app.core.exceptions import Unavailable
from app.core.meters import meters
from app.core.runtime import application, setting
from app.mongo import connection
from app.mongo.exceptions import MongoUnavailable, reason_of
from app.mongo.figures import ANSWERED, BEHIND, LOST, QUESTIONS

PART = "mongo_reading"
# Whoever publishes or reads a project with more files than these does not wait until all
# of them are copied, or come from a server that may be slow.
LONG_PROJECT = 2_000

Found = TypeVar("Found")
_log = logging.getLogger(__name__)


@dataclass
class Reading:
    """How MongoDB is asked in this process, and what became of the questions of pages.

    `answered` were answered by it; for those `behind` it had no copy as new as the
    database, and for those `lost` it gave no answer.
    """

    breaker: Breaker = field(default_factory=Breaker)
    answered: int = 0
    behind: int = 0
    lost: int = 0
    is_connected: bool = False
    connecting: Lock = field(default_factory=Lock)

    def lets_in(self) -> bool:
        """Tell whether the server may be asked; who asks tells the breaker how it went."""
        try:
            self.breaker.enter()
        except Unavailable:
            return False
        return True

    def connect(self) -> None:
        """See that there is a connection; raises `Unavailable`."""
        if self.is_connected:
            return
        # One tries, and nobody stands in line behind a server that does not answer.
        if not self.connecting.acquire(blocking=False):
            raise MongoUnavailable
        try:
            connection.database()
            self.is_connected = True
        finally:
            self.connecting.release()


def the_reading() -> Reading:
    """Return how MongoDB is asked by this application."""
    found: Reading = application().extensions.setdefault(PART, Reading())
    return found


def is_long(project: RowMapping) -> bool:
    """Tell whether a project has more files than MongoDB is asked for within a moment."""
    return (project["file_count"] or 0) > LONG_PROJECT


def reach(question: Callable[[], Found]) -> Found:
    """Return what MongoDB answers within a moment; raises `Unavailable`."""
    reading = the_reading()
    if not reading.lets_in():
        raise MongoUnavailable
    try:
        with pymongo.timeout(setting("MONGODB_PATIENCE")), connection.told_plainly():
            reading.connect()
            found = question()
    except (PyMongoError, MongoUnavailable) as error:
        reading.breaker.fail()
        # What the driver itself says may hold addresses and parts of documents.
        _log.warning("MongoDB gave no answer", extra={"reason": reason_of(error)})
        raise MongoUnavailable from error
    except Unavailable:
        # It did answer: what was to be copied changed meanwhile.
        reading.breaker.succeed()
        raise
    reading.breaker.succeed()
    return found


def ask(question: Callable[[], Found | None]) -> Found | None:
    """Return what MongoDB answers, or None when the database has to be asked.

    A question gives None itself if what is there is not as new as the database.
    """
    reading = the_reading()
    try:
        found = reach(question)
    except MongoUnavailable:
        reading.lost += 1
        meters().count(QUESTIONS, LOST)
        return None
    reading.answered += found is not None
    reading.behind += found is None
    meters().count(QUESTIONS, BEHIND if found is None else ANSWERED)
    return found


def peek(question: Callable[[], Found]) -> Found:
    """Return what MongoDB answers within half a moment; raises `MongoUnavailable`.

    It is for those who watch: only pages decide whether the server is left alone.
    """
    reading = the_reading()
    if reading.breaker.is_open:
        raise MongoUnavailable
    try:
        with pymongo.timeout(setting("MONGODB_PATIENCE") / 2), connection.told_plainly():
            reading.connect()
            return question()
    except PyMongoError as error:
        raise MongoUnavailable from error
