"""Statements that take long are told in the log, without their parameters."""

import logging
import time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from app.core.meters import kind, meters
from app.extensions import db

_BEGAN = "tilsit.began"
_LONGEST = 2_000

SLOW = kind("tilsit_slow_queries_total", "Statements that took longer than SLOW_QUERY_MS.")

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Watch the statements of an application, unless SLOW_QUERY_MS is 0."""
    limit = app.config["SLOW_QUERY_MS"] / 1000
    if limit:
        with app.app_context():
            watch(db.engine, limit)


def watch(engine: Engine, limit: float) -> None:
    """Tell of all statements that take more than `limit` seconds, waiting for locks included."""

    def begin(connection: Any, *_: object) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    def end(connection: Any, _cursor: object, statement: str, *_: object) -> None:
        took = time.perf_counter() - connection.info[_BEGAN]
        if took >= limit:
            _tell(statement, took)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)


def _tell(statement: str, took: float) -> None:
    meters().count(SLOW)
    shown = " ".join(statement.split())[:_LONGEST]
    _log.warning("slow query", extra={"ms": round(took * 1000), "statement": shown})
