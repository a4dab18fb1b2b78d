"""Which tables the code expects, and which ones the database has, told by their revisions."""

from dataclasses import dataclass
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import config


@dataclass(frozen=True)
class Revisions:
    """All revisions that the code can bring the tables to, and the last of them."""

    known: frozenset[str]
    head: str


@cache
def read_revisions() -> Revisions:
    """Return the revisions that the code has migrations for."""
    scripts = ScriptDirectory(str(config.ROOT / "migrations"))
    known = frozenset(script.revision for script in scripts.walk_revisions())
    return Revisions(known, str(scripts.get_current_head()))


def find_revision(connection: Connection) -> str | None:
    """Return the revision that a database is at, or None if it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()
