"""What has to be true before the house opens: tables, and something to show."""

import logging

import flask_migrate

from app.extensions import db
from app.seed.cli import fill
from app.seed.services import is_empty


def prepare(*, seed: bool) -> None:
    """Bring the tables up to date and fill an empty index."""
    # Alembic tells of its context on every start; only changes are news.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    flask_migrate.upgrade()
    if seed and is_empty():
        fill()
    db.session.remove()
