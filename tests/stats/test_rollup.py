from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.projects.models import File
from app.stats import rebuilding, rollup
from app.stats.agents import UNKNOWN, Agent
from app.stats.counter import Download
from app.stats.jobs import roll_up_downloads
from app.stats.models import ALL, DownloadDay, DownloadMonth, ProjectDay, ProjectMonth
from app.stats.queries import count_downloads, count_downloads_of_files
from app.stats.rebuilding import list_months, rebuild_month
from app.stats.rollup import roll_up
from app.stats.series import find_course, find_shares
from app.stats.services import add_downloads, add_to
from tests.factories import make_file, make_project, make_release

UV = Agent("uv", "3.12", "Linux")


@pytest.fixture
def today(app, now):
    return now(clock.now()).date()


@pytest.fixture
def files(today):
    """Give two files, downloaded on many days by two clients."""
    release = make_release(make_project("foo"))
    files = [make_file(release, f"foo-1.0.{end}", end.encode()) for end in ("zip", "tar.gz")]
    with transaction():
        add_downloads(
            {
                Download(today - timedelta(days=days), "main", file.sha256, file.filename, agent): 2
                for days in range(0, 400, 10)
                for file in files
                for agent in (UV, UNKNOWN)
            }
        )
    return [file.filename for file in files]


def figures(files) -> list:
    db.session.rollback()
    return [
        count_downloads("main", "foo", days=90),
        count_downloads_of_files("main", files),
        count_downloads_of_files("main", files[:1]),
        *(find_course(["main"], project) for project in ("foo", ALL)),
        *(find_shares(["main"], project) for project in ("foo", ALL)),
        sorted(map(tuple, db.session.execute(select(*ProjectMonth.__table__.columns)))),
        sorted(map(tuple, db.session.execute(_young_days()))),
    ]


def _young_days():
    kept = ProjectDay.day > clock.today() - timedelta(days=92)
    return select(*ProjectDay.__table__.columns).where(kept)


def rebuild() -> None:
    for month in list_months():
        rebuild_month(month)


def total(facts) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.sum(facts.count))) or 0)


def test_a_roll_up_changes_no_figure(files):
    before = figures(files)
    assert roll_up() > 0
    assert figures(files) == before


def test_only_the_last_days_are_kept_as_days(files, today):
    roll_up()
    assert db.session.scalar(select(func.min(DownloadDay.day))) == today - timedelta(days=90)
    assert total(DownloadDay) + total(DownloadMonth) == 320
    assert db.session.scalar(select(func.min(ProjectDay.day))) == today - timedelta(days=90)


def test_who_and_what_is_told_apart_after_a_roll_up(files):
    roll_up()
    found = set(db.session.execute(select(DownloadMonth.filename, DownloadMonth.client)))
    assert found == {(name, client) for name in files for client in ("uv", "other")}


def test_a_roll_up_can_be_repeated(files):
    roll_up()
    before = figures(files)
    assert roll_up() == 0
    assert figures(files) == before


@pytest.mark.parametrize("batch", [1, 3, 1_000])
def test_it_goes_in_batches(files, batch, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", batch)
    before = figures(files)
    roll_up()
    assert figures(files) == before


def test_who_is_stopped_has_lost_nothing(files, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", 7)
    before, calls = figures(files), []

    def stop(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith("DELETE FROM download_day"):
            return
        calls.append(statement)
        if len(calls) == 3:
            raise OperationalError("stop", {}, Exception("killed"))

    event.listen(db.engines[None], "before_cursor_execute", stop)
    with pytest.raises(OperationalError):
        roll_up()
    event.remove(db.engines[None], "before_cursor_execute", stop)
    assert figures(files)[1:4] == before[1:4]
    roll_up()
    assert figures(files) == before


def test_what_comes_late_is_added_to_its_month(files, today):
    roll_up()
    late = today - timedelta(days=200)
    file = make_file(filename="late-1.0.zip")
    for _ in range(2):
        with transaction():
            add_downloads({Download(late, "main", file.sha256, file.filename): 1})
        roll_up()
    assert count_downloads_of_files("main", ["late-1.0.zip"]) == 2


def test_the_job_rolls_up(files):
    roll_up_downloads()
    assert total(DownloadMonth) > 0


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_rebuilt_sums_are_the_same(files, is_rolled_up):
    if is_rolled_up:
        roll_up()
    before = figures(files)
    rebuild()
    assert figures(files) == before


def test_sums_that_are_wrong_are_made_right(files):
    before = figures(files)
    with transaction() as session:
        session.query(ProjectMonth).update({"count": 7})
        session.query(ProjectDay).delete()
        session.add(ProjectMonth(index_slug="x", project="y", month=date(2020, 1, 1), kind="total"))
    rebuild()
    assert figures(files) == before


def test_what_is_right_is_not_written_again(files, queries):
    months = list_months()
    queries.clear()
    assert sum(map(rebuild_month, months)) == 0
    assert not [query for query in queries if query.startswith("INSERT")]


def test_what_is_counted_meanwhile_is_not_lost(files, today, monkeypatch):
    before = count_downloads("main", "foo")
    with transaction() as session:
        session.query(ProjectMonth).delete()
        session.query(ProjectDay).delete()
    file = db.session.query(File).filter_by(filename=files[0]).one()

    def count_and_add(model):
        if model is ProjectDay and not done:
            done.append(True)
            # As if another one had come in between.
            add_downloads({Download(today, "main", file.sha256, file.filename): 5})
        return add_to(model)

    done = []
    monkeypatch.setattr(rebuilding, "add_to", count_and_add)
    rebuild()
    assert count_downloads("main", "foo") == before + 5
    after = figures(files)
    monkeypatch.undo()
    rebuild()
    assert figures(files) == after


@pytest.mark.parametrize("batch", [1, 7])
def test_sums_are_set_right_in_batches(files, monkeypatch, batch):
    before = figures(files)
    monkeypatch.setattr(rebuilding, "BATCH", batch)
    with transaction() as session:
        session.query(ProjectMonth).update({"count": 7})
    rebuild()
    assert figures(files) == before


def test_the_command_rebuilds_and_says_so(app, files):
    before = figures(files)
    done = app.test_cli_runner().invoke(args=["stats", "rebuild"])
    assert (done.exit_code, "months are made anew; 0 were wrong." in done.output) == (0, True)
    assert figures(files) == before


def test_the_command_shows_months(app, files, today):
    done = app.test_cli_runner().invoke(args=["stats", "show"])
    assert f"{today:%Y-%m}" in done.output
    assert app.test_cli_runner().invoke(args=["stats", "show", "--index", "no"]).exit_code == 1


def test_the_command_shows_that_there_is_nothing(app):
    done = app.test_cli_runner().invoke(args=["stats", "show"])
    assert done.output == "Nothing was downloaded yet.\n"
