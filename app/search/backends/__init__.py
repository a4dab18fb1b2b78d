"""Where the words of projects are: one backend for each kind of database."""

from app.extensions import db
from app.search.backends.base import Backend
from app.search.backends.postgres import PostgresBackend
from app.search.backends.sqlite import SqliteBackend

_backends: dict[str, Backend] = {"sqlite": SqliteBackend(), "postgresql": PostgresBackend()}


def the_backend() -> Backend:
    """Return the backend of the database that is in use."""
    return _backends[db.session.get_bind().dialect.name]
