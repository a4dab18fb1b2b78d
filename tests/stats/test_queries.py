from datetime import date, timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.stats.counter import Download
from app.stats.models import ProjectDay
from app.stats.queries import (
    ProjectDownloads,
    count_downloads,
    count_downloads_of_files,
    list_popular_downloads,
)
from app.stats.services import add_downloads
from tests.factories import make_file, make_project, make_release


@pytest.fixture
def today(app, now):
    return now(clock.now()).date()


def add(day: date, count: int, *, project: str = "a", slug: str = "main") -> None:
    db.session.add(ProjectDay(day=day, count=count, project=project, index_slug=slug))
    db.session.commit()


def test_the_files_of_a_project_are_summed_up(today):
    release = make_release(make_project("a"))
    for name, count in (("a-1.0.zip", 2), ("a-1.0.tar.gz", 1)):
        file = make_file(release, name, name.encode())
        with transaction():
            add_downloads({Download(today, "main", file.sha256, name): count})
    assert count_downloads("main", "a") == 3
    assert count_downloads_of_files("main", ["a-1.0.zip", "unknown.zip"]) == 2


def test_only_the_last_days_count(today):
    for days in (0, 29, 30):
        add(today - timedelta(days=days), 1)
    assert count_downloads("main", "a") == 2


def test_other_projects_and_indexes_do_not_count(today):
    add(today, 1, project="b")
    add(today, 1, slug="other")
    assert count_downloads("main", "a") == 0


def test_projects_are_listed_with_their_downloads_of_the_last_days(today):
    for days in (0, 89, 90):
        add(today - timedelta(days=days), 1)
    add(today, 5, slug="other")
    add(today, 7, project="")
    assert list_popular_downloads(days=90) == [
        ProjectDownloads("main", "a", 2),
        ProjectDownloads("other", "a", 5),
    ]


def test_projects_are_listed_in_batches(today):
    for name in ("b", "a", "c"):
        add(today, 1, project=name)
    add(today, 1, project="a", slug="other")
    seen, behind = [], ("", "")
    while batch := list_popular_downloads(behind=behind, limit=2):
        seen += [(row.index_slug, row.project) for row in batch]
        behind = seen[-1]
    assert seen == [("main", "a"), ("main", "b"), ("main", "c"), ("other", "a")]
