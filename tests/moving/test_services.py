"""Moves from SQLite to PostgreSQL: everything arrives, whatever comes in between."""

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.core.database import transaction
from app.core.models import Setting
from app.core.settings import keep_setting
from app.core.sitestate import KEY, READ_ONLY, SiteState
from app.extensions import Base, db
from app.indexes.queries import get_index
from app.moving import copying, services
from app.moving.exceptions import (
    AlreadyMoved,
    RowRefused,
    SourceBusy,
    SourceUnusable,
    TargetNotEmpty,
    TargetUnusable,
)
from app.moving.freezing import REASON
from app.moving.reports import Moved, Progress
from app.moving.target import make_target, shown_address
from app.projects.models import Project, Release
from app.search.facts import Facts
from app.search.services import list_project
from tests.conftest import testing_config as settings
from tests.factories import make_account, make_file, make_project, make_release

ODD = "tab\tline\nback\\slash \\N \\. \r\v\f\b é \U0001f40d 'quoted' \"twice\""
LATE = datetime(2024, 2, 29, 23, 59, 59, 120000, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Give the folder of an installation that has something of everything, odd texts too."""
    folder = tmp_path_factory.mktemp("filled")
    with create_app(settings(folder)).app_context():
        upgrade()
        with transaction():
            fill()
        db.session.remove()
        db.engine.dispose()
    return folder


def fill():
    grace = make_account("grace")
    for name in ("attic", "cellar", "hall"):
        project = make_project(name, owner=grace)
        for version in ("1.0rc1", "1.0", "2!1.0.post1"):
            release = make_release(project, version, summary=ODD, published_at=LATE)
            make_file(release, f"{name}-{release.version}.tar.gz")
        facts = Facts(name=name, version="1.0", summary=f"marmalade {ODD}", keywords=("jam",))
        list_project(get_index().id, facts)
    keep_setting("odd", {"text": ODD, "nothing": None, "big": 2**80, "list": [1.5, True]})
    db.session.get_one(Release, 1).description = "be\0fore"


@pytest.fixture
def old(filled, tmp_path):
    """Give the application that is moved."""
    folder = tmp_path / "old"
    shutil.copytree(filled, folder)
    app = create_app(settings(folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def url(postgres, request):
    """Give the address of an empty database."""
    return postgres.make_database(f"move-{request.node.name}"[:60])


@pytest.fixture
def new(tmp_path, url):
    """Give the application as it is after the move."""
    return create_app(settings(tmp_path / "new", DATABASE_URL=url))


@dataclass
class Done:
    """A move that went well: where from, where to, and what it came to."""

    old: Flask
    new: Flask
    moved: Moved


@pytest.fixture(scope="module")
def done(filled, tmp_path_factory, postgres):
    """Give an installation that was moved."""
    folder = tmp_path_factory.mktemp("done")
    shutil.copytree(filled, folder / "old")
    old, url = create_app(settings(folder / "old")), postgres.make_database("done")
    with old.app_context():
        moved = move(url)
        db.session.remove()
        db.engine.dispose()
    return Done(old, create_app(settings(folder / "new", DATABASE_URL=url)), moved)


class Breaking(Progress):
    """Breaks a move off at a step, as a signal would."""

    def __init__(self, at, before=None):
        self.left, self.before = at, before

    def parts(self, parts, total, label):
        for _part in parts:
            self.count()

    def steps(self, steps, label):
        for step in steps:
            self.count()
            yield step

    def count(self):
        self.left -= 1
        if self.left == 0:
            if self.before:
                self.before()
            raise KeyboardInterrupt


def move(url, progress=None):
    return services.move(make_target(url), progress or Progress())


def rows(app):
    """Return all rows of all tables, without the NULs that one database cannot have."""
    found = {}
    for table in Base.metadata.sorted_tables:
        read = opened(app, sa.select(table))
        found[table.name] = sorted(repr(tuple(row)).replace("\\x00", "") for row in read)
    return found


def opened(app, statement):
    """Return what a statement finds in the database of an application."""
    with app.app_context():
        found = db.session.execute(statement).all()
        db.session.remove()
        db.engine.dispose()
    return found


def definitions(app):
    """Return indexes and constraints of a database."""
    indexes = sa.text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
    constraints = sa.text(
        "SELECT conrelid::regclass || ' ' || conname || pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    )
    return [set(opened(app, wanted)) for wanted in (indexes, constraints)]


def flags(app):
    """Return what is switched off."""
    values = opened(app, sa.select(Setting.value).where(Setting.key == KEY))
    return SiteState.of(values[0].value).flags if values else {}


def test_everything_arrives(done):
    before, after = rows(done.old), rows(done.new)
    # The flag stays in the source alone.
    assert before.pop("setting") != after.pop("setting")
    assert before == after
    assert next(table.count for table in done.moved.tables if table.name == "release") == 9


def test_what_postgresql_cannot_keep_is_told(done):
    assert done.moved.mended == 1


def test_tables_are_as_migrations_make_them(done, postgres):
    fresh = make_target(postgres.make_database("fresh"))
    with fresh.app_context():
        upgrade()
        db.engine.dispose()
    assert definitions(done.new) == definitions(fresh)


def test_what_was_found_is_found(done):
    wanted = "words @@ to_tsquery('english', 'marmalade') AND words @@ to_tsquery('jam')"
    found = sa.text(f"SELECT count(*) FROM listing_words WHERE {wanted}")
    assert opened(done.new, found)[0][0] == 3


def test_the_new_database_goes_on_counting(done):
    with done.new.app_context():
        last = db.session.scalar(sa.select(sa.func.max(Project.id)))
        with transaction():
            assert make_project("new").id == last + 1
            db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def test_the_site_is_read_only_afterwards_in_the_old_place_alone(done):
    assert (flags(done.old), flags(done.new)) == ({READ_ONLY: REASON}, {})


def test_who_made_the_site_read_only_finds_it_so_in_the_new_place(old, new, url):
    state = SiteState(number=1, flags={READ_ONLY: {"en": "inventory"}})
    with transaction():
        keep_setting(KEY, state.as_value())
    move(url)
    assert flags(old) == flags(new) == state.flags


@pytest.mark.parametrize("at", [20, 52, 118])
def test_a_move_that_broke_off_goes_on(old, new, url, monkeypatch, at):
    monkeypatch.setattr(copying, "BATCH", 2)
    with pytest.raises(KeyboardInterrupt):
        move(url, Breaking(at))
    # Nobody is kept from working because of it.
    assert not flags(old)
    with transaction():
        make_project("meanwhile")
        keep_setting("odd", "other")
        db.session.get_one(Release, 2).summary = "changed"
    move(url)
    before, after = rows(old), rows(new)
    assert before.pop("setting") != after.pop("setting")
    assert before == after


def test_nobody_writes_while_it_copies(old, url):
    def write():
        with sqlite3.connect(old.config["SQLALCHEMY_DATABASE_URI"][10:], timeout=0) as other:
            other.execute("DELETE FROM job")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        move(url, Breaking(3, write))


def test_it_waits_for_no_writer_for_ever(old, url, monkeypatch):
    monkeypatch.setattr("app.moving.source._PATIENCE_SECONDS", 0)
    path = old.config["SQLALCHEMY_DATABASE_URI"][10:]
    monkeypatch.setattr("app.moving.services.frozen", lambda: sqlite_writer(path))
    with pytest.raises(SourceBusy, match="stop the worker"):
        move(url)


class sqlite_writer:  # noqa: N801 - it stands in for a function
    """Somebody who writes and does not come to an end."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.other = sqlite3.connect(self.path, isolation_level=None)
        self.other.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        self.other.close()


def test_a_target_with_something_in_it_is_refused(old, url):
    engine = sa.create_engine(url.replace("postgresql", "postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE mine (id int)"))
    engine.dispose()
    with pytest.raises(TargetNotEmpty, match="name an empty one"):
        move(url)
    assert not flags(old)


def test_who_is_killed_before_the_last_word_hears_it_again(done):
    with done.old.app_context():
        with pytest.raises(AlreadyMoved, match="set DATABASE_URL to it"):
            move(done.new.config["SQLALCHEMY_DATABASE_URI"])
        db.session.remove()
        db.engine.dispose()


def test_the_unfinished_move_of_another_installation_is_refused(old, url):
    with pytest.raises(KeyboardInterrupt):
        move(url, Breaking(5))
    with transaction():
        keep_setting("installation", "another one")
    with pytest.raises(TargetNotEmpty):
        move(url)


def test_tables_of_another_version_are_refused(old, url):
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SourceUnusable, match="run `flask db upgrade`"):
        move(url)


def test_a_number_that_is_too_great_is_told_with_its_row(old, url):
    with transaction() as session:
        session.execute(sa.text("UPDATE project SET release_count = 9999999999 WHERE id = 2"))
    with pytest.raises(RowRefused, match=r"project \(id 2, column release_count\): value .9999"):
        move(url)
    assert not flags(old)


def test_a_row_that_refers_to_nothing_is_told_at_once(old, url):
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("UPDATE release SET project_id = 77 WHERE id = 3")
        driver.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(SourceUnusable, match="Row 3 of release refers to a row of project"):
        move(url)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("sqlite:///x.db", "Only PostgreSQL"),
        ("mysql://db/x", "The address cannot use 'mysql'"),
        ("postgresql://me:hush@127.0.0.1:1/x", "Nothing listens at 127.0.0.1:1: .* the address"),
    ],
)
def test_addresses_that_will_not_do_are_refused(old, given, told):
    with pytest.raises(TargetUnusable, match=told) as refused:
        move(given)
    assert "hush" not in str(refused.value)


def test_passwords_are_not_shown():
    assert shown_address("postgresql://me:hush@db/x") == "postgresql://me:***@db/x"


def test_the_command_says_what_to_set(old, url):
    db.session.remove()
    done = old.test_cli_runner().invoke(args=["db", "move", url])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == f"Set DATABASE_URL={url} and start again."
    again = old.test_cli_runner().invoke(args=["db", "move", url])
    assert (again.exit_code, again.output.count("\n")) == (1, 1)


def test_settings_of_the_source_are_as_they_were_when_a_move_was_refused(old, url):
    before = set(db.session.scalars(sa.select(Setting.key)))
    with pytest.raises(KeyboardInterrupt):
        move(url, Breaking(1))
    assert set(db.session.scalars(sa.select(Setting.key))) - before == {KEY}
