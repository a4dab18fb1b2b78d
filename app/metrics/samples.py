"""Numbers of the moment that each process looks up for itself."""

import os
from contextlib import suppress
from pathlib import Path

from flask import Flask
from sqlalchemy.pool import QueuePool

from app.core.meters import PART
from app.extensions import db
from app.mirror.upstream import count_resting

# What they are, by their names; `visits` adds the requests in progress.
SAMPLES = {
    "tilsit_requests_in_progress": "Requests that are being answered.",
    "tilsit_resident_bytes": "Memory that processes have resident, what they share counted twice.",
    "tilsit_database_connections": "Connections to the database that are in use.",
    "tilsit_downloads_waiting": "Different downloads that are counted and not written yet.",
    "tilsit_upstreams_resting": "Upstreams that are not asked at the moment, by each process.",
}
_STATM = Path("/proc/self/statm")


def init_app(app: Flask) -> None:
    """Let an application's meters look them up."""
    with app.app_context():
        pool = db.engine.pool

    def count_connections() -> float:
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def count_upstreams() -> float:
        with app.app_context():
            return count_resting()

    meters = app.extensions[PART]
    meters.sample("tilsit_resident_bytes", _read_memory)
    meters.sample("tilsit_database_connections", count_connections)
    meters.sample("tilsit_downloads_waiting", lambda: app.extensions["downloads"].waiting)
    meters.sample("tilsit_upstreams_resting", count_upstreams)


def _read_memory() -> float:
    with suppress(OSError):
        return float(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return 0.0
