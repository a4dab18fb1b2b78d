"""Databases that cannot be used: one sentence says why, what to do, and never a password."""

import re

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade
from sqlalchemy import make_url

from app import create_app
from app.core import obstacles
from app.core.obstacles import MOVE_TABLE, explain, find_obstacle
from app.core.schema import read_revisions
from app.extensions import db
from tests.conftest import testing_config as settings

SECRET = "s3cret"


@pytest.fixture(scope="module")
def address(postgres):
    """Give the address of a database that only a password opens."""
    url = make_url(postgres.make_database("guarded"))
    postgres.demand_password("keeper", SECRET)
    return url.set(username="keeper", password=SECRET)


@pytest.fixture
def told(tmp_path):
    """Give a function that returns what is said of a database by its address."""

    def look(url, **options):
        app = create_app(settings(tmp_path, DATABASE_URL=plain(url)))
        with app.app_context():
            obstacle = find_obstacle(**options)
            db.session.remove()
            db.engine.dispose()
        assert SECRET not in str(obstacle)
        return obstacle

    return look


def plain(url):
    return url if isinstance(url, str) else url.render_as_string(hide_password=False)


def test_an_unknown_host_is_named(told, address):
    found = told(address.set(host="nowhere.invalid"))
    assert found.is_passing
    assert "'nowhere.invalid', is not found: correct DATABASE_URL" in found.sentence


def test_a_refused_connection_names_the_place(told, address):
    found = told(address.set(port=1))
    assert found.is_passing
    assert found.sentence.startswith("Nothing listens at 127.0.0.1:1: start PostgreSQL there")


def test_a_wrong_password_is_not_repeated(told, address):
    found = told(address.set(password=SECRET + "!"))
    assert not found.is_passing
    assert "refuses the password of 'keeper': correct DATABASE_URL" in found.sentence


def test_an_unknown_role_is_named(told, address):
    assert "knows no role 'stranger'" in told(address.set(username="stranger")).sentence


def test_a_missing_database_can_be_made(told, address):
    found = told(address.set(database="nope"))
    assert not found.is_passing
    assert "has no database 'nope': make it (createdb" in found.sentence


def test_a_server_without_tls_is_told_apart(told, address):
    found = told(address.update_query_dict({"sslmode": "require"}))
    assert "do not agree about TLS" in found.sentence


def test_an_old_server_is_refused(told, address, monkeypatch):
    monkeypatch.setattr(obstacles, "OLDEST_SERVER", 99)
    assert re.search(r"is PostgreSQL \d\d: upgrade it to 99 or newer", told(address).sentence)


def test_another_encoding_is_refused(told, postgres):
    url = postgres.make_database("latin", "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    assert "has the encoding SQL_ASCII: make one with UTF8" in told(url).sentence


def test_who_upgrades_must_be_allowed_to_make_tables(told, address):
    assert "'keeper' may not make tables" in told(address, upgrading=True).sentence
    assert told(address.set(username="postgres"), upgrading=True) is None


def test_a_database_without_tables_wants_an_upgrade(told, address):
    assert told(address).sentence == "The database has no tables yet: run `flask db upgrade`."


def test_a_half_finished_move_is_not_served(told, postgres):
    url = postgres.make_database("half")
    engine = sa.create_engine(url.replace("postgresql", "postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {MOVE_TABLE} (kind int)"))
    engine.dispose()
    assert "half filled by `flask db move`: run that again" in told(url, upgrading=True).sentence


@pytest.fixture
def here(tmp_path):
    """Give an application on a SQLite database with all tables."""
    app = create_app(settings(tmp_path))
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def stamp(revision):
    with db.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
        )


def test_good_tables_are_no_obstacle(here):
    assert find_obstacle() is None


def test_newer_tables_want_the_newer_code(here):
    stamp("9999")
    found = find_obstacle(upgrading=True)
    assert not found.is_passing
    assert "newer version (9999) than this code" in found.sentence


def test_older_tables_stop_commands_but_not_who_upgrades(here):
    stamp(sorted(read_revisions().known)[0])
    assert "run `flask db upgrade`" in find_obstacle().sentence
    assert find_obstacle(upgrading=True) is None


def test_a_file_that_is_no_database_is_told_apart(told, tmp_path):
    (tmp_path / "x.db").write_text("something else, and long enough to be read as one" * 9)
    found = told(f"sqlite:///{tmp_path}/x.db")
    assert f"{tmp_path}/x.db is no sound SQLite database" in found.sentence


def test_a_file_in_no_folder_is_told_apart(told, tmp_path):
    assert "cannot be used" in told(f"sqlite:///{tmp_path}/no/x.db").sentence


def test_passwords_are_taken_out_of_whatever_is_said(address):
    assert SECRET not in explain(ValueError(f"no {SECRET} here"), address).sentence


@pytest.mark.parametrize("words", ["token create nobody", "search rebuild", "jobs work"])
def test_commands_end_with_the_sentence(here, words):
    stamp("9999")
    ended = here.test_cli_runner().invoke(args=words.split())
    assert (ended.exit_code, ended.output.count("\n")) == (1, 1)
    assert ended.output.startswith("Error: The tables are of a newer version")
