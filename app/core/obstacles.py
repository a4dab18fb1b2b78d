"""What keeps the database from being used, in one sentence that says what to do.

Sentences never hold a password: they go to logs and terminals.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError, TimeoutError

from app.core.database import release_connection
from app.core.schema import find_revision, read_revisions
from app.extensions import db

OLDEST_SERVER = 15
# A move keeps its state in a table of this name, in the database that it fills.
MOVE_TABLE = "database_move"

_SERVER = text(
    "SELECT current_setting('server_version_num')::int / 10000 AS version,"
    " pg_encoding_to_char(encoding) AS encoding, to_regclass(:move) IS NOT NULL AS is_moving,"
    " has_schema_privilege(current_schema(), 'CREATE') AS may_create"
    " FROM pg_database WHERE datname = current_database()"
)
# What servers and their library say: they have no codes before one is connected.
_REFUSALS = (
    ("password authentication failed", "{server} refuses the password of {user}: {correct}."),
    ("no password supplied", "{server} wants a password of {user}: {correct}."),
    ('role "', "{server} knows no role {user}: make it, or {correct}."),
    (
        'database "',
        "{server} has no database {name}: make it (createdb -E UTF8 -O {user} {name}), "
        "or {correct}.",
    ),
    ("no pg_hba.conf entry", "{server} lets {user} not in from here: add a line to pg_hba.conf."),
    ("SSL", "{server} and DATABASE_URL do not agree about TLS ({said}): {correct}."),
)
_PASSING = (
    ("resolve host", "The host of the database, {host}, is not found: {correct}."),
    ("onnection refused", "Nothing listens at {place}: start PostgreSQL there, or {correct}."),
    ("timeout", "{place} does not answer: look at its network and firewall, or {correct}."),
    (
        "too many clients",
        "{server} has no connection left: lower DATABASE_POOL, or raise max_connections there.",
    ),
    ("remaining connection slots", "{server} has no connection left: lower DATABASE_POOL."),
    ("starting up", "{server} is starting: try again in a moment."),
    ("shutting down", "{server} is being stopped: start it again."),
)


@dataclass(frozen=True)
class Obstacle:
    """Why the database cannot be used; what `is_passing` may be gone by itself in a moment."""

    sentence: str
    is_passing: bool = False


def find_obstacle(*, upgrading: bool = False) -> Obstacle | None:
    """Return what keeps the code from using its database, or None.

    Who is `upgrading` does not mind old tables, or none.
    """
    try:
        connection = db.session.connection()
        obstacle = _find_in_server(connection, upgrading=upgrading)
        obstacle = obstacle or _find_in_tables(connection, upgrading=upgrading)
    except (DBAPIError, TimeoutError) as error:
        obstacle = explain(error, db.engine.url)
    finally:
        release_connection()
    return obstacle


def explain(error: Exception, url: URL) -> Obstacle:
    """Return in one sentence why a database could not be used."""
    said = str(getattr(error, "orig", None) or error)
    # What comes behind the first line is advice for others.
    said = " ".join(said.splitlines()[0].split()) if said else type(error).__name__
    if url.password:
        said = said.replace(str(url.password), "***")
    if not url.drivername.startswith("postgresql"):
        return _explain_file(said, url)
    facts = _facts_of(url) | {"said": said}
    for passing, sentences in ((False, _REFUSALS), (True, _PASSING)):
        for words, sentence in sentences:
            if words in said:
                return Obstacle(sentence.format(**facts), passing)
    return Obstacle("{server} cannot be used: {said}.".format(**facts), is_passing=True)


def find_obstacle_in_server(connection: Connection) -> Obstacle | None:
    """Return why a PostgreSQL server will not do for new tables, or None."""
    server = _ask_server(connection)
    sentence = _judge_server(server) or _judge_rights(server, connection.engine.url)
    return None if sentence is None else Obstacle(sentence)


def _facts_of(url: URL) -> dict[str, str]:
    host = url.host or str(url.query.get("host", "localhost"))
    place = f"{host}:{url.port or 5432}"
    return {
        "host": repr(host),
        "place": place,
        "server": f"PostgreSQL at {place}",
        "user": repr(url.username or ""),
        "name": repr(url.database or ""),
        "correct": "correct DATABASE_URL",
    }


def _explain_file(said: str, url: URL) -> Obstacle:
    if "locked" in said:
        return Obstacle(f"{url.database} is locked by somebody: try again in a moment.", True)
    if "not a database" in said or "malformed" in said:
        return Obstacle(
            f"{url.database} is no sound SQLite database: restore a backup, or set DATABASE_URL."
        )
    return Obstacle(f"{url.database} cannot be used ({said}): set DATA_DIR or DATABASE_URL.")


def _find_in_server(connection: Connection, *, upgrading: bool) -> Obstacle | None:
    if connection.dialect.name != "postgresql":
        return None
    server = _ask_server(connection)
    wrong = _judge_server(server)
    if wrong is None and server.is_moving:
        wrong = (
            "This database was only half filled by `flask db move`: run that again to its end, "
            "or set DATABASE_URL to the database that you had."
        )
    if wrong is None and upgrading:
        wrong = _judge_rights(server, connection.engine.url)
    return None if wrong is None else Obstacle(wrong)


def _ask_server(connection: Connection) -> Any:
    return connection.execute(_SERVER, {"move": MOVE_TABLE}).one()


def _judge_server(server: Any) -> str | None:
    if server.version < OLDEST_SERVER:
        return (
            f"The database server is PostgreSQL {server.version}: "
            f"upgrade it to {OLDEST_SERVER} or newer."
        )
    if server.encoding != "UTF8":
        return (
            f"The database has the encoding {server.encoding}: make one with UTF8 "
            "(createdb -T template0 -E UTF8 …) and set DATABASE_URL to it."
        )
    return None


def _judge_rights(server: Any, url: URL) -> str | None:
    if server.may_create:
        return None
    return (
        f"{url.username!r} may not make tables in the database {url.database!r}: "
        "make it the owner (ALTER DATABASE … OWNER TO …)."
    )


def _find_in_tables(connection: Connection, *, upgrading: bool) -> Obstacle | None:
    ours, theirs = read_revisions(), find_revision(connection)
    if theirs is not None and theirs not in ours.known:
        return Obstacle(
            f"The tables are of a newer version ({theirs}) than this code ({ours.head}): "
            "install the newer version again, or restore a backup from before the upgrade."
        )
    if upgrading or theirs == ours.head:
        return None
    if theirs is None:
        return Obstacle("The database has no tables yet: run `flask db upgrade`.")
    return Obstacle(
        f"The tables are of an older version ({theirs}) than this code ({ours.head}): "
        "run `flask db upgrade`."
    )
