from datetime import date

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index
from app.projects.models import File
from app.stats import services
from app.stats.agents import UNKNOWN, Agent
from app.stats.counter import Download
from app.stats.models import ALL, DownloadDay, ProjectDay, ProjectMonth
from app.stats.services import add_downloads
from app.stats.sums import PARTS
from tests.factories import make_file, make_project, make_release

DAY = date(2026, 5, 1)
MAY = {"project": "foo-bar", "month": DAY}


@pytest.fixture
def wheel(app) -> File:
    return make_file(make_release(make_project("Foo.Bar"), "1.0"))


def download(file: File, **facts) -> Download:
    values = {"day": DAY, "index_slug": "main", "sha256": file.sha256, "filename": file.filename}
    return Download(**values | facts)


def add(*downloads: Download, count: int = 1) -> None:
    with transaction():
        add_downloads(dict.fromkeys(downloads, count))


def rows() -> list[DownloadDay]:
    db.session.expire_all()
    return list(db.session.scalars(select(DownloadDay)))


def test_a_download_is_kept_under_project_and_version(wheel):
    add(download(wheel))
    (row,) = rows()
    assert (row.day, row.index_slug, row.filename) == (DAY, "main", wheel.filename)
    assert (row.project, row.version, row.count) == ("foo-bar", "1.0", 1)


def test_counts_are_added_to_those_of_the_day(wheel):
    for count in (2, 3):
        add(download(wheel), download(wheel, day=date(2026, 5, 2)), count=count)
    assert [row.count for row in rows()] == [5, 5]


def test_a_removed_file_counts_too(wheel):
    wheel.removed_at = clock.now()
    db.session.commit()
    add(download(wheel))
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"sha256": "0" * 64},
        {"filename": "other-1.0.tar.gz"},
        # PostgreSQL takes no such letters.
        {"filename": "\0"},
        {"filename": "\ud800"},
    ],
)
def test_what_no_index_has_is_dropped(wheel, facts):
    add(download(wheel, **facts))
    assert rows() == []


def test_a_download_that_tells_another_index_counts_where_the_file_is(wheel):
    add(download(wheel, index_slug="other"), download(wheel))
    (row,) = rows()
    assert (row.index_slug, row.count) == ("main", 2)


def test_the_unknown_does_not_cost_the_known(wheel):
    add(download(wheel, sha256="0" * 64), download(wheel), download(wheel, sha256="f" * 64))
    assert len(rows()) == 1


def test_the_same_bytes_are_told_apart_by_index_and_name(wheel):
    other = Index(slug="other", title="Other", created_at=clock.now())
    db.session.add(other)
    db.session.flush()
    twin = make_file(make_release(make_project("foo", index=other), "2.0"), wheel.filename)
    add(download(wheel), count=2)
    add(download(twin, index_slug="other"), count=3)
    found = {(row.index_slug, row.project, row.version): row.count for row in rows()}
    assert found == {("main", "foo-bar", "1.0"): 2, ("other", "foo", "2.0"): 3}


def test_who_downloads_is_told_apart(wheel):
    agents = [Agent("pip", "3.12", "Linux"), Agent("uv", "3.12", "Linux"), UNKNOWN]
    add(*(download(wheel, agent=agent) for agent in agents), count=2)
    found = {(row.client, row.python, row.system): row.count for row in rows()}
    assert found == dict.fromkeys(agents, 2)


def test_what_files_weigh_is_added_up(wheel):
    for _ in range(2):
        add(download(wheel), count=3)
    assert [row.bytes for row in rows()] == [6 * wheel.size]


def sums(model, **which) -> dict:
    db.session.expire_all()
    found = db.session.scalars(select(model).filter_by(**which))
    return {getattr(row, "value", row.index_slug): (row.count, row.bytes) for row in found}


@pytest.mark.parametrize("project", ["foo-bar", ALL])
def test_days_are_summed_up(wheel, project):
    other = make_file(wheel.release, "other.zip", b"other")
    add(download(wheel), download(other), download(wheel, agent=Agent("uv", "", "Linux")))
    weight = 2 * wheel.size + other.size
    assert sums(ProjectDay, project=project) == {"main": (3, weight)}


def test_months_are_summed_up_by_their_parts(wheel):
    agent = Agent("uv", "3.12", "Linux")
    add(download(wheel), download(wheel, day=date(2026, 5, 31), agent=agent))
    add(download(wheel, day=date(2026, 6, 1)))
    found = {
        kind: {value: count for value, (count, _) in sums(ProjectMonth, **MAY, kind=kind).items()}
        for kind in PARTS
    }
    assert found == {
        "total": {"": 2},
        "version": {"1.0": 2},
        "file": {wheel.filename: 2},
        "client": {"uv": 1, "other": 1},
        "python": {"3.12": 1, "": 1},
        "system": {"Linux": 1, "other": 1},
    }


def test_of_all_projects_no_versions_and_files_are_kept(wheel):
    add(download(wheel))
    kinds = select(ProjectMonth.kind).where(ProjectMonth.project == ALL)
    assert set(db.session.scalars(kinds)) == {"total", "client", "python", "system"}


@pytest.mark.parametrize(("batch", "batches"), [(500, 1), (4, 2)])
def test_files_are_looked_up_in_batches(wheel, queries, monkeypatch, batch, batches):
    monkeypatch.setattr(services, "_BATCH", batch)
    others = [make_file(wheel.release, f"foo-{n}.tar.gz", f"{n}".encode()) for n in range(5)]
    queries.clear()
    add(*map(download, others))
    # Each keeper is asked, and they are added.
    lookups = len([query for query in queries if "FROM mirrored_file" in query])
    writes = [query for query in queries if query.startswith("INSERT INTO download_day")]
    assert (lookups, len(writes)) == (batches, batches)
    assert db.session.scalar(select(func.count()).select_from(DownloadDay)) == 5
