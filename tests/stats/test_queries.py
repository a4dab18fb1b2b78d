from datetime import date, timedelta

import pytest

from app.core import clock
from app.extensions import db
from app.stats.models import DownloadDay
from app.stats.queries import count_downloads


@pytest.fixture
def today(app, now):
    return now(clock.now()).date()


def add(day: date, count: int, *, filename: str = "a-1.tar.gz", **facts) -> None:
    values = {"index_slug": "main", "project": "a", "version": "1"} | facts
    db.session.add(DownloadDay(day=day, count=count, filename=filename, **values))
    db.session.commit()


def test_the_files_of_a_project_are_summed_up(today):
    add(today, 2)
    add(today, 1, filename="a-1-py3-none-any.whl")
    assert count_downloads("main", "a") == 3


def test_only_the_last_days_count(today):
    for days in (0, 29, 30):
        add(today - timedelta(days=days), 1)
    assert count_downloads("main", "a") == 2


def test_other_projects_and_indexes_do_not_count(today):
    add(today, 1, filename="b-1.tar.gz", project="b")
    add(today, 1, index_slug="other")
    assert count_downloads("main", "a") == 0
