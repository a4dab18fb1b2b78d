import csv
import io
from datetime import timedelta

import pytest

from app.admin import stats_queries
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.models import File
from app.stats.agents import Agent
from app.stats.counter import Download
from app.stats.rollup import roll_up
from app.stats.services import add_downloads
from tests.factories import make_file, make_index, make_project, make_release
from tests.site.pages import faults, soup

UV = Agent("uv", "3.13", "Linux")


@pytest.fixture
def today(app, now):
    return now(clock.now()).date()


@pytest.fixture
def downloads(today):
    """Give two projects, one of them in a private index, and how often each was downloaded."""
    secret = make_index("secret", visibility="members")
    for name, index, count in (("used", get_index(), 3), ("plan", secret, 40)):
        download(make(name, index), count=count)


def make(name, index=None, *, days=0, **facts) -> File:
    """Return a file that was published so many days ago."""
    release = make_release(make_project(name, index=index), "1.0")
    file = make_file(release, f"{name}-1.0.zip", name.encode(), **facts)
    file.uploaded_at = clock.now() - timedelta(days=days)
    db.session.commit()
    return file


def download(file, *, days=0, count=1):
    slug = db.session.get_one(Index, file.index_id).slug
    day = clock.today() - timedelta(days=days)
    with transaction():
        add_downloads({Download(day, slug, file.sha256, file.filename, UV): count})


def unused(client, query=""):
    return [
        row["file"] for row in client.get(f"/admin/stats/unused?format=json{query}").json["files"]
    ]


def test_all_indexes_are_shown(client, boss, downloads):
    answer = client.get("/admin/stats/")
    page = soup(answer)
    rows = [[cell.get_text(strip=True) for cell in row] for row in rows_of(page, "top-projects")]
    assert rows == [["plan", "secret", "40", "160 B"], ["used", "main", "3", "12 B"]]
    assert "172 B in all" in page.select_one("#sent desc").text
    assert "uv" in page.select_one("#client").get_text()
    assert not faults(answer)


def rows_of(page, key):
    return [row.find_all(["th", "td"]) for row in page.find(id=key).parent.select("tbody tr")]


def test_another_month_can_be_chosen(client, boss, today, downloads):
    then = today.replace(day=1) - timedelta(days=1)
    download(make("old"), days=(today - then).days, count=7)
    told = client.get(f"/admin/stats/?format=json&month={then:%Y-%m}").json
    assert [row["project"] for row in told["projects"]] == ["old"]
    assert told["files"] == [
        {"index": "main", "project": "old", "downloads": 7, "bytes": 21, "file": "old-1.0.zip"}
    ]


@pytest.mark.parametrize("month", ["2001-01", "x", "", "2026-5", "'"])
def test_other_months_are_not_there(client, boss, month):
    assert client.get(f"/admin/stats/?month={month}").status_code == 404


def test_figures_come_as_csv(client, boss, downloads):
    rows = list(csv.reader(io.StringIO(client.get("/admin/stats/?format=csv").text)))
    assert rows[0] == ["kind", "index", "value", "downloads", "bytes"]
    assert ["file", "secret", "plan-1.0.zip", "40", "160"] in rows
    assert ["client", "", "uv", "43", ""] in rows


def test_without_downloads_there_is_a_page(client, boss):
    answer = client.get("/admin/stats/")
    assert not faults(answer)
    assert "Nothing was downloaded in this month." in answer.text


def test_what_nobody_downloaded_for_a_year_is_listed(client, boss, today):
    for name, days, last in (
        ("never", 400, None),
        ("long-ago", 900, 400),
        ("months-ago", 900, 200),
        ("today", 900, 0),
        ("new", 100, None),
    ):
        file = make(name, days=days)
        if last is not None:
            download(file, days=last)
    make("removed", days=400).removed_at = clock.now()
    db.session.commit()
    expected = ["never-1.0.zip", "long-ago-1.0.zip"]
    assert unused(client) == expected
    roll_up()
    assert unused(client) == expected


def test_unused_files_of_another_index_are_told_apart(client, boss, today):
    make_index("other")
    download(make("same", days=400))
    make("same", get_index("other"), days=400)
    answer = client.get("/admin/stats/unused")
    assert [row[1].text for row in tables(answer)] == ["other"]
    assert not faults(answer)


def tables(answer):
    return [row.find_all(["th", "td"]) for row in soup(answer).select("tbody tr")]


def test_pages_go_on_behind_the_last_file(client, boss, today, monkeypatch):
    for number in range(5):
        make(f"p{number}", days=400)
    monkeypatch.setattr(stats_queries, "REACH", 2)
    seen, address = [], "/admin/stats/unused"
    while address:
        page = soup(client.get(address))
        seen += [row.th.get_text(strip=True) for row in page.select("tbody tr")]
        link = page.find("a", rel="next")
        address = link["href"] if link else None
    assert seen == [f"p{number}-1.0.zip" for number in range(5)]
    # In a context of its own, as long as it is sent.
    answer = client.get("/admin/stats/unused?format=csv", buffered=True)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert [row[2] for row in rows[1:]] == seen


def test_where_all_files_are_in_use_one_may_go_on(client, boss, today, monkeypatch):
    for number in range(3):
        download(make(f"p{number}", days=400))
    monkeypatch.setattr(stats_queries, "REACH", 2)
    page = soup(client.get("/admin/stats/unused"))
    assert "there are more behind them" in page.get_text()
    assert "All files are in use" in client.get(page.find("a", rel="next")["href"]).text


@pytest.mark.parametrize("after", ["-1", str(10**30)])
def test_odd_places_are_no_pages(client, boss, after):
    assert client.get(f"/admin/stats/unused?after={after}").status_code == 404


def test_the_number_of_files_costs_no_queries(client, boss, today, queries):
    def count(address):
        queries.clear()
        client.get(address)
        return len(queries)

    addresses = ("/admin/stats/", "/admin/stats/unused")
    make("first", days=400)
    before = [count(address) for address in addresses]
    for number in range(10):
        download(make(f"p{number}", days=400), days=380)
    assert [count(address) for address in addresses] == before
