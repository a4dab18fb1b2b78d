"""What needs attention is told on the first page."""

from datetime import timedelta

import pytest

from app.admin.overview import Disk, read_overview
from app.core import clock
from app.core.sitestate import READ_ONLY
from app.extensions import db
from app.indexes.queries import get_index
from app.mirror.models import UpstreamState
from tests.admin.test_job_views import make_job
from tests.admin.test_switches import turn_on
from tests.factories import make_account, make_file, make_project, make_release
from tests.site.pages import faults, soup

PAGE = "/admin/"


def attention(client):
    answer = client.get(PAGE)
    assert faults(answer) == []
    return [" ".join(item.get_text(" ").split()) for item in soup(answer).select(".attention li")]


def test_a_site_where_all_is_well_says_so(client, boss):
    assert attention(client) == []
    assert "Nothing. All is well." in client.get(PAGE).text


def break_jobs():
    make_job()


def stop_worker():
    make_job(state="queued", due_at=clock.now() - timedelta(hours=1))


def shut_project():
    make_project("toaster").status = "quarantined"


def stop_file():
    make_file(make_release(make_project("toaster"), "1.0")).quarantined_at = clock.now()


def lose_upstream():
    state = UpstreamState(
        index_id=get_index("pypi").id, is_up=False, since=clock.now(), last_error="refused"
    )
    db.session.add(state)


def close_site():
    turn_on(READ_ONLY, en="New disk")


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (break_jobs, "1 job has failed"),
        (stop_worker, "No worker seems to be at work"),
        (shut_project, "1 project is in quarantine"),
        (stop_file, "1 file was found bad"),
        (lose_upstream, "The upstream of pypi does not answer"),
        (close_site, "The switch read-only is on New disk"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_is_told_with_a_way_there(client, boss, trouble, told):
    trouble()
    db.session.commit()
    (found,) = attention(client)
    assert found.startswith(told)
    link = soup(client.get(PAGE)).select_one(".attention a")
    assert client.get(link["href"]).status_code == 200


def test_a_disk_is_low_before_it_is_full():
    assert not Disk(path="/", free=200 * 10**9, total=10**12).is_low
    assert Disk(path="/", free=2 * 10**9, total=10**12).is_low
    assert Disk(path="/", free=10**8, total=2 * 10**9).is_low


def test_the_page_counts_what_there_is(app, boss):
    make_account("ada", is_active=False)
    totals = read_overview().totals
    assert (totals.accounts, totals.administrators, totals.frozen) == (2, 1, 1)


def test_the_page_asks_the_same_for_few_and_for_many(client, boss, queries):
    client.get(PAGE)
    queries.clear()
    client.get(PAGE)
    few = len(queries)
    for number in range(10):
        make_account()
        make_project(f"p{number}").status = "quarantined"
        make_job()
    db.session.commit()
    queries.clear()
    client.get(PAGE)
    assert len(queries) == few <= 10
