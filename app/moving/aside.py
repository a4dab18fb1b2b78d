"""What would be kept up with every row is set aside while rows come, and put back behind them.

Definitions are kept in the target, so that nothing is lost when a move breaks off.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.database import release_connection, transaction
from app.extensions import db
from app.moving.exceptions import SourceUnusable
from app.moving.state import ASIDE, PATIENCE_SECONDS, forget, list_facts, note

# A foreign key of another table is in the way of emptying this one.
_CONSTRAINTS = text(
    "SELECT conname AS name, conrelid::regclass::text AS relation, contype::text AS kind,"
    " pg_get_constraintdef(oid) AS definition FROM pg_constraint"
    " WHERE contype IN ('f', 'u') AND to_regclass(quote_ident(:table)) IN (conrelid, confrelid)"
    " ORDER BY contype, conname"
)
_INDEXES = text(
    "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition"
    " FROM pg_index WHERE indrelid = to_regclass(quote_ident(:table)) AND NOT indisprimary"
    " ORDER BY 1"
)
# In this order they are put back: what refers to something comes last.
_INDEX, _REFERENCE = 1, 2

Follow = Callable[[Sequence[str], str], Iterable[str]]


def set_aside(table: str) -> None:
    """Take away what a table has but its primary key, if it is not aside already."""
    with transaction(patience=PATIENCE_SECONDS) as session:
        for found in session.execute(_CONSTRAINTS, {"table": table}).all():
            begin = f"ALTER TABLE {found.relation}"
            session.execute(text(f'{begin} DROP CONSTRAINT "{found.name}"'))
            again = f'{begin} ADD CONSTRAINT "{found.name}" {found.definition}'
            rank = _REFERENCE if found.kind == "f" else _INDEX
            note(ASIDE, found.name, {"rank": rank, "statement": again})
        for found in session.execute(_INDEXES, {"table": table}).all():
            session.execute(text(f"DROP INDEX {found.name}"))
            note(ASIDE, found.name, {"rank": _INDEX, "statement": found.definition})


def put_back(follow: Follow) -> None:
    """Make anew what was set aside, each in a transaction of its own."""
    kept = list_facts(ASIDE)
    release_connection()
    names = sorted(kept, key=lambda name: (kept[name]["rank"], name))
    for name in follow(names, "Indexes"):
        try:
            with transaction(patience=PATIENCE_SECONDS) as session:
                # For this transaction only.
                session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
                db.session.connection().exec_driver_sql(kept[name]["statement"])
                forget(ASIDE, name)
        except IntegrityError as error:
            raise SourceUnusable(
                f"The rows break {name}: run `flask check --repair` on the SQLite database, "
                "and then this again."
            ) from error
