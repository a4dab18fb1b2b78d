"""Run migrations on the application's own database."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app.extensions import UtcDateTime

migrate = current_app.extensions["migrate"]


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column type as the plain one, so that migrations need no code of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the tables of words, which each kind of database has in its own way."""
    return kind != "table" or name is None or not name.startswith("listing_words")


def run(connection: Connection) -> bool:
    """Run what was asked for in one transaction; tell whether there was anything to do."""
    steps: list[object] = []
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        transactional_ddl=True,
        render_item=render_item,
        include_name=include_name,
        on_version_apply=lambda **step: steps.append(step),
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
    return bool(steps)


def run_on_sqlite(connection: Connection) -> None:
    """Run with foreign keys off: rebuilding a table would empty all that refer to it."""
    # PRAGMA foreign_keys does nothing inside a transaction, so go around SQLAlchemy's.
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        # To check 25 million rows takes ten seconds, which a start does not have.
        broken = run(connection) and driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left {len(broken)} broken references")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run_on_postgresql(connection: Connection) -> None:
    """Run while nobody else migrates: several nodes may start at the same moment."""
    # However long the other one takes, and whoever has a table open.
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(hashtext('migrations'))"))
    connection.commit()
    try:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        run(connection)
        connection.commit()
    finally:
        # It belongs to the session, which goes back to the pool alive.
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(hashtext('migrations'))"))
        connection.commit()


# Two that start together wait for each other: a transaction that began by reading
# could not write once the other has.
with migrate.db.engine.connect().execution_options(tilsit_writing=True) as database:
    if database.dialect.name == "sqlite":
        run_on_sqlite(database)
    else:
        run_on_postgresql(database)
