"""A database of every version that was released goes to the newest one and back, with its rows."""

from datetime import UTC, date, datetime
from itertools import count
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app import create_app
from app.extensions import db
from tests.conftest import testing_config as settings

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
# Alembic's own, one row that is made with the tables, and what each kind of database makes itself.
_LEFT_OUT = ("alembic_version", "serial_counter", "listing_words", "sqlite_")
# What must be a word that the application knows.
_WORDS = {"kind": "hosted", "visibility": "public", "status": "active", "state": "queued"}
# What a version has renamed, or makes anew from other rows: the step that does is named.
_MADE_ANEW = {
    # Before, no index looked into another one.
    "0003": {"index_base"},
    "0004": {"known_name", "listing"},
    "0005": {"download_day", "download_month", "project_day", "project_month"},
}
_numbers = count(1)


@pytest.fixture
def house(tmp_path, database):
    """Give an application whose database is not there yet."""
    given = {}
    if database:
        url = sa.make_url(database["DATABASE_URL"]).set(drivername="postgresql+psycopg")
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(sa.text("DROP DATABASE IF EXISTS upgrades"))
            connection.execute(sa.text("CREATE DATABASE upgrades"))
        server.dispose()
        named = url.set(database="upgrades").render_as_string(hide_password=False)
        given = {"DATABASE_URL": named.replace("+psycopg", "")}
    app = create_app(settings(tmp_path, **given))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def flask(house, *words):
    db.session.remove()
    result = house.test_cli_runner().invoke(args=["db", *words])
    assert result.exit_code == 0, result.output


def list_revisions(house):
    script = ScriptDirectory(house.extensions["migrate"].directory)
    return [one.revision for one in reversed(list(script.walk_revisions()))]


def reflect():
    metadata = sa.MetaData()
    metadata.reflect(db.engine)
    return [table for table in metadata.sorted_tables if not table.name.startswith(_LEFT_OUT)]


def add_row_everywhere():
    """Add a row to each table, that names the newest ones of others."""
    made = {}
    with db.engine.begin() as connection:
        for table in reflect():
            row = {column.name: _value(column, made) for column in _written(table)}
            done = connection.execute(table.insert().values(row))
            made[table.name] = SimpleNamespace(
                **dict(
                    zip(
                        [column.name for column in table.primary_key],
                        done.inserted_primary_key,
                        strict=True,
                    )
                )
            )


def _written(table):
    """Return the columns that are no numbers which the database gives."""
    keys = list(table.primary_key)
    own = keys[0] if len(keys) == 1 and isinstance(keys[0].type, sa.Integer) else None
    return [column for column in table.columns if column is not own or column.foreign_keys]


def _value(column, made):
    if column.name == "base_id":
        # No index looks into itself.
        return 1
    for key in column.foreign_keys:
        return getattr(made[key.column.table.name], key.column.name)
    if column.name in _WORDS:
        return _WORDS[column.name]
    number = next(_numbers)
    values = {
        sa.Boolean: True,
        sa.Integer: number,
        sa.JSON: {"number": number},
        sa.LargeBinary: b"%d" % number,
        sa.DateTime: NOW,
        sa.Date: date(2026, 5, 4),
        # Short enough for every column, and different from all others.
        sa.String: f"v{number}",
    }
    return next(value for kind, value in values.items() if isinstance(column.type, kind))


def read_all():
    """Return the rows of all tables, as comparable values by columns."""
    with db.engine.connect() as connection:
        return {
            table.name: [
                {name: repr(value) for name, value in row.items()}
                for row in connection.execute(table.select()).mappings()
            ]
            for table in reflect()
        }


def lost(before, after, *steps):
    """Return the rows of tables that are still there whose values are not, in columns that are."""
    anew = set().union(*(_MADE_ANEW.get(step, set()) for step in steps))
    gone = {}
    for name in before.keys() & after.keys() - anew:
        columns = set(before[name][0]).intersection(*after[name][:1])
        there = [{column: row[column] for column in columns} for row in after[name]]
        missing = [row for row in before[name] if {c: row[c] for c in columns} not in there]
        gone |= {name: missing} if missing else {}
    return gone


def test_rows_of_every_version_survive_the_way_to_the_newest_and_back(house):
    revisions = list_revisions(house)
    assert revisions[0] == "0001"
    past = {}
    for revision in revisions:
        flask(house, "upgrade", revision)
        if past:
            assert lost(past[max(past)], read_all(), revision) == {}
        add_row_everywhere()
        past[revision] = read_all()
    undone = []
    for revision, above in zip(revisions[-2::-1], revisions[:0:-1], strict=True):
        flask(house, "downgrade", revision)
        undone.append(above)
        assert lost(past[revision], read_all(), *undone) == {}
    flask(house, "upgrade")
    assert lost(past["0001"], read_all(), *undone) == {}
