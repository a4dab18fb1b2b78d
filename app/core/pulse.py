"""The sign of life of workers, kept in the database for all machines."""

import logging
import os
import platform
import threading
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.database import transaction
from app.core.settings import find_setting, keep_setting
from app.extensions import db

SEEN = "worker.seen"
MISSING_AFTER = timedelta(minutes=3)
_PAUSE_SECONDS = 30.0

_log = logging.getLogger(__name__)


def beat() -> None:
    """Note that a worker lives; that it cannot be noted stops no work."""
    try:
        with transaction():
            told = {"at": clock.now().isoformat(), "host": platform.node(), "pid": os.getpid()}
            keep_setting(SEEN, told)
    except SQLAlchemyError as error:
        _log.warning("the worker's sign of life was not kept: %s", getattr(error, "orig", error))


def find_last_beat() -> datetime | None:
    """Return when a worker was alive the last time, or None if there never was one."""
    told = find_setting(SEEN)
    return None if told is None else datetime.fromisoformat(told["at"])


def is_worker_alive() -> bool:
    """Tell whether a worker gave a sign of life lately."""
    seen = find_last_beat()
    return seen is not None and seen > clock.now() - MISSING_AFTER


def keep_beating(app: Flask) -> threading.Event:
    """Give signs of life from a thread until the event that is returned is set."""
    done = threading.Event()

    def run() -> None:
        while True:
            with app.app_context():
                beat()
                db.session.remove()
            if done.wait(_PAUSE_SECONDS):
                return

    threading.Thread(target=run, name="pulse", daemon=True).start()
    return done
