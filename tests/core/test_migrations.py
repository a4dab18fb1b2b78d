"""The real commands, on an empty and on a filled database."""

from datetime import date

import pytest
import sqlalchemy as sa

from app import create_app
from app.accounts import queries
from app.core.jobs import sweep
from app.extensions import Base, db
from app.indexes.queries import get_index
from app.search.finding import find
from app.search.wishes import Wish
from app.stats.models import ProjectMonth
from app.stats.queries import count_downloads_of_files
from tests.conftest import testing_config as settings
from tests.factories import make_account, make_file, make_project, make_release, make_token

_COUNTED = sa.text(
    "INSERT INTO download_day (day, index_slug, filename, project, version, count)"
    " VALUES (:day, :slug, :filename, :project, :version, 3)"
)
_KNOWN = sa.text(
    "INSERT INTO known_name (index_id, normalized_name, name, version, summary, rank)"
    " SELECT id, 'far-thing', 'Far.Thing', '3.1', 'marmalade from afar', 5"
    " FROM \"index\" WHERE slug = 'pypi'"
)


@pytest.fixture
def house(tmp_path):
    """Give an application whose database is not there yet."""
    app = create_app(settings(tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def flask(house, *words):
    # The command works on the database by connections of its own.
    db.session.remove()
    result = house.test_cli_runner().invoke(args=["db", *words])
    assert result.exit_code == 0, result.output
    return result


def tables():
    found = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    # Each kind of database has these in its own way.
    return {name for name in found if not name.startswith("listing_words")}


def fill():
    account = make_account("grace")
    make_project("attic", owner=account)
    make_token(account)


def test_an_empty_database_gets_all_tables(house):
    flask(house, "upgrade")
    assert tables() == set(Base.metadata.tables)


def test_there_is_nothing_left_to_generate(house):
    flask(house, "upgrade")
    flask(house, "check")


def test_an_empty_database_goes_down_and_up_again(house):
    flask(house, "upgrade")
    flask(house, "downgrade", "base")
    assert tables() == set()
    flask(house, "upgrade")
    flask(house, "check")


def test_a_filled_database_is_upgraded_again_without_loss(house):
    flask(house, "upgrade")
    fill()
    flask(house, "upgrade")
    assert queries.get_account("grace").primary_email.address == "grace@example.com"


def test_a_filled_database_goes_down_and_up_again(house):
    flask(house, "upgrade")
    fill()
    flask(house, "downgrade", "base")
    assert tables() == set()
    flask(house, "upgrade")
    fill()
    assert queries.find_by_username("grace") is not None


def test_what_was_counted_before_there_were_kinds_of_callers_stays(house):
    flask(house, "upgrade")
    file = make_file()
    flask(house, "downgrade", "0004")
    row = {"slug": "main", "filename": file.filename, "project": "a", "version": "1"}
    with db.engine.begin() as connection:
        for day in ("2026-04-30", "2026-05-01", "2026-05-31"):
            connection.execute(_COUNTED, row | {"day": day})
    flask(house, "upgrade")
    flask(house, "downgrade", "0004")
    flask(house, "upgrade")
    assert count_downloads_of_files("main", [file.filename]) == 9
    may = db.session.get(ProjectMonth, ("main", "a", date(2026, 5, 1), "file", file.filename))
    assert (may.count, may.bytes) == (6, 6 * file.size)


def test_what_was_there_before_there_were_searches_is_found(house):
    flask(house, "upgrade")
    make_release(make_project("own-thing"), summary="marmalade", description="written below")
    flask(house, "downgrade", "0003")
    with db.engine.begin() as connection:
        connection.execute(_KNOWN)
        connection.execute(sa.text("UPDATE \"index\" SET upstream_url = 'http://127.0.0.1:9'"))
    for _time in range(2):
        flask(house, "upgrade")
        assert sweep()
        assert list_found("marmalade") == [("Far.Thing", "3.1"), ("own-thing", "1.0")]
        assert list_found("written") == [("own-thing", "1.0")]
        assert list_found("farthing") == [("Far.Thing", "3.1")]
        flask(house, "downgrade", "0003")


def list_found(text):
    return sorted((line.name, line.version) for line in find(get_index(), Wish(text=text)).lines)


def test_foreign_keys_hold_after_a_migration(house):
    flask(house, "upgrade")
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_an_upgrade_waits_for_another_one_from_its_beginning(house):
    begun = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("BEGIN"):
            begun.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    flask(house, "upgrade")
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert set(begun) == {"BEGIN IMMEDIATE"}
