import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core import jobs
from app.core.settings import find_setting
from app.extensions import db
from app.projects.models import File
from app.stats import weblog
from app.stats.jobs import count_weblog
from app.stats.models import DownloadDay
from tests.conftest import testing_config as settings_of
from tests.factories import make_file
from tests.stats.nginx import Nginx, line, rotate


@pytest.fixture
def log(app, monkeypatch, tmp_path) -> Path:
    monkeypatch.setitem(app.config, "DOWNLOAD_LOG", tmp_path / "downloads.log")
    return app.config["DOWNLOAD_LOG"]


@pytest.fixture
def nginx(log) -> Iterator[Nginx]:
    with closing(Nginx(log)) as nginx:
        yield nginx


@pytest.fixture
def wheel(app) -> File:
    return make_file()


def line_of(file: File, **facts) -> bytes:
    return line(file.filename, sha256=file.sha256, **facts)


def counted() -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.sum(DownloadDay.count))) or 0)


@contextmanager
def at(target, beginning, act) -> Iterator[None]:
    """Let something happen whenever a statement that begins so is about to be executed."""

    def look(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith(beginning):
            act()

    event.listen(target, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(target, "before_cursor_execute", look)


def test_without_a_log_nothing_is_counted(app, wheel):
    count_weblog()
    assert find_setting("stats.weblog") is None


def test_a_log_that_is_not_there_yet_is_waited_for(log, wheel):
    count_weblog()
    with closing(Nginx(log)) as nginx:
        nginx.write(line_of(wheel))
    count_weblog()
    assert counted() == 1


def test_downloads_are_counted_once_over_a_rotation(log, nginx, wheel):
    nginx.write(line_of(wheel), line_of(wheel))
    count_weblog()
    rotate(log)
    nginx.write(line_of(wheel))
    nginx.reopen()
    nginx.write(line_of(wheel, agent="uv/1"))
    for _ in range(2):
        count_weblog()
    assert counted() == 4


def test_invented_urls_are_passed_over(nginx, wheel):
    nginx.write(line("foo.whl"), line_of(wheel), line("\0\ud800"))
    count_weblog()
    assert counted() == 1


def test_all_is_read_however_much_it_is(nginx, wheel, monkeypatch, queries):
    monkeypatch.setattr(weblog, "PIECE", 1)
    nginx.write(*[line_of(wheel)] * 20)
    queries.clear()
    count_weblog()
    assert counted() == 20
    assert len([query for query in queries if query.startswith("INSERT INTO download_day")]) == 20


def test_broken_lines_are_told_in_one_line(nginx, wheel, monkeypatch, caplog):
    monkeypatch.setattr(weblog, "PIECE", 1)
    nginx.write(line_of(wheel), b"broken\n", line_of(wheel), b"{}\n", line_of(wheel))
    for _ in range(2):
        count_weblog()
    assert counted() == 3
    (record,) = caplog.records
    assert (record.message, record.lines) == ("broken lines in the log of downloads", 2)


@pytest.mark.parametrize("moment", ["INSERT INTO download_day", "INSERT INTO setting"])
def test_who_is_stopped_at_any_moment_has_counted_all_or_nothing(nginx, wheel, moment):
    def stop() -> None:
        raise OperationalError("stop", {}, Exception("killed"))

    nginx.write(line_of(wheel))
    with at(db.engines[None], moment, stop), pytest.raises(OperationalError):
        count_weblog()
    assert (counted(), find_setting("stats.weblog")) == (0, None)
    count_weblog()
    assert counted() == 1


def test_nothing_of_a_line_is_kept_but_its_count(nginx, wheel):
    nginx.write(line_of(wheel, agent="curl (192.0.2.1)", address="192.0.2.1"))
    count_weblog()
    assert "192.0.2" not in repr(find_setting("stats.weblog"))


def test_the_log_is_read_with_every_sweep(app, nginx, wheel):
    nginx.write(line_of(wheel))
    jobs.promise_regular()
    assert counted() == 1


@pytest.fixture
def house(tmp_path, database) -> Iterator[Flask]:
    """Give an application whose transactions are real, with a log of one download."""
    log = tmp_path / "downloads.log"
    app = create_app(settings_of(tmp_path, DOWNLOAD_LOG=str(log), **another(database)))
    with app.app_context():
        upgrade()
        log.write_bytes(line_of(make_file()))
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def another(database: dict[str, str]) -> dict[str, str]:
    """Return the settings of an empty database on the same server."""
    if not database:
        return {}
    url = database["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE weblog")
    return {"DATABASE_URL": url.removesuffix("unit") + "weblog"}


def test_two_at_once_count_nothing_twice(house):
    done = threading.Event()

    def count_too() -> None:
        with house.app_context():
            count_weblog()
            done.set()

    other = threading.Thread(target=count_too)

    def let_the_other_come() -> None:
        # Whoever writes waits here; the other one, if nothing stops it, is done by then.
        if other.ident is None:
            other.start()
            done.wait(0.3)

    with at(db.engine, "INSERT INTO download_day", let_the_other_come):
        count_weblog()
    other.join()
    assert (counted(), done.is_set()) == (1, True)
