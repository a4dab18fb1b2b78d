from datetime import date, timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.stats.counter import Download
from app.stats.queries import count_downloads
from app.stats.services import add_downloads


@pytest.fixture
def today(app, now):
    return now(clock.now()).date()


def download(day: date, filename: str = "a-1.tar.gz", **facts) -> Download:
    values = {"index_slug": "main", "project": "a", "version": "1"} | facts
    return Download(day=day, filename=filename, **values)


def test_counts_are_added_to_those_of_the_day(today):
    for _ in range(2):
        with transaction():
            add_downloads({download(today): 2, download(today, "a-1-py3-none-any.whl"): 1})
    assert count_downloads("main", "a") == 6


def test_only_the_last_days_count(today):
    with transaction():
        add_downloads({download(today - timedelta(days=n)): 1 for n in (0, 29, 30)})
    assert count_downloads("main", "a") == 2


def test_other_projects_and_indexes_do_not_count(today):
    with transaction():
        add_downloads(
            {
                download(today, "b-1.tar.gz", project="b"): 1,
                download(today, index_slug="other"): 1,
            }
        )
    assert count_downloads("main", "a") == 0
