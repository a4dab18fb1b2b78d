"""The PostgreSQL database that is filled: reached by an application that has nothing else."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import URL, Table, func, make_url, select, text
from sqlalchemy.exc import DBAPIError

import config
from app.core.database import release_connection, transaction
from app.core.obstacles import Obstacle, explain, find_obstacle_in_server
from app.core.schema import find_revision, read_revisions
from app.core.settings import remember_shared
from app.extensions import Base, db, migrate
from app.moving.exceptions import MoveBroken, SourceUnusable, TargetUnusable
from app.moving.state import STEP, find_fact, note

_MADE = "tables"

_SEQUENCE = text("SELECT pg_get_serial_sequence(quote_ident(:table), 'id')")
_ANALYZE = text("ANALYZE")


def make_target(given: str) -> Flask:
    """Return an application on the database at an address; raises `TargetUnusable`."""
    try:
        url = config.read_database_url(given, name="The address")
    except config.ConfigError as error:
        raise TargetUnusable(str(error)) from None
    if not url.startswith("postgresql"):
        raise TargetUnusable("Only PostgreSQL can be moved to: name postgresql://….")
    app = Flask("target")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,
            "pool_pre_ping": True,
            "connect_args": config.POSTGRESQL_OPTIONS,
        },
    )
    remember_shared(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    return app


def tables() -> list[Table]:
    """Return all tables that are copied, those first that others refer to."""
    return list(Base.metadata.sorted_tables)


def demand_usable() -> None:
    """Raise `TargetUnusable` if the server cannot be reached, or will not do."""
    try:
        obstacle = find_obstacle_in_server(db.session.connection())
    except DBAPIError as error:
        obstacle = explain(error, db.engine.url)
    finally:
        release_connection()
    if obstacle is not None:
        raise TargetUnusable(_about_target(obstacle))


@contextmanager
def breaks_explained(url: URL) -> Iterator[None]:
    """Turn what the server says into `MoveBroken`, a sentence without a password."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        sentence = _about_target(explain(error, url))
        raise MoveBroken(f"{sentence} Run the command again to go on.") from error


def make_tables() -> None:
    """Make all tables by their migrations, and empty them, unless that was done before."""
    if find_fact(STEP, _MADE) is not None:
        _demand_head()
        return
    release_connection()
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    flask_migrate.upgrade()
    with transaction() as session:
        names = ", ".join(f'"{table.name}"' for table in tables())
        # Migrations lay in what every new installation begins with.
        session.execute(text(f"TRUNCATE {names}, listing_words"))
        note(STEP, _MADE, {})


def settle_sequences() -> None:
    """Let every table go on counting behind the rows that brought their numbers."""
    with transaction() as session:
        for table in tables():
            if "id" not in table.c:
                continue
            sequence = session.scalar(_SEQUENCE, {"table": table.name})
            if sequence:
                last = session.scalar(select(func.max(table.c.id))) or 0
                session.execute(select(func.setval(sequence, last + 1, False)))


def count_values() -> None:
    """Let the server know how its tables look, so that it plans well from the first request."""
    release_connection()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(_ANALYZE)


def shown_address(given: str) -> str:
    """Return an address as it may be shown."""
    return make_url(given).render_as_string(hide_password=True)


def _about_target(obstacle: Obstacle) -> str:
    return obstacle.sentence.replace("DATABASE_URL", "the address")


def _demand_head() -> None:
    """Raise `SourceUnusable` if the code was changed since the tables were made."""
    if find_revision(db.session.connection()) != read_revisions().head:
        raise SourceUnusable(
            "The unfinished move was begun by another version of Tilsit: "
            "empty that database and begin anew."
        )
    release_connection()
