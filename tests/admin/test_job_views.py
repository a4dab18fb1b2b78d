"""Looking after jobs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock, jobs
from app.core.backlog import list_works
from app.core.models import Job
from app.extensions import db
from app.journal.models import Entry
from tests.site.pages import faults, soup

PAGE = "/admin/jobs/"


def make_job(name="render-description", state="failed", **facts):
    now = clock.now()
    facts = {"payload": {}, "due_at": now, "created_at": now, "attempts": 8} | facts
    job = Job(name=name, state=state, **facts)
    db.session.add(job)
    db.session.commit()
    return job.id


def shown(answer):
    return [
        row.th.get_text(" ", strip=True).split()[0]
        for row in soup(answer).select("table.stacked tbody tr")
    ]


@pytest.fixture
def every(boss):
    now = clock.now()
    make_job("bad", "failed", last_error="ValueError: <b>no</b>")
    make_job("soon", "queued", due_at=now + timedelta(hours=1))
    make_job("busy", "running", lease_until=now + timedelta(minutes=1))
    make_job("orphan", "running", lease_until=now - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["bad"]),
        ("failed", ["bad"]),
        ("running", ["busy"]),
        ("waiting", ["orphan", "soon"]),
        ("x", ["bad"]),
    ],
)
def test_jobs_are_shown_by_how_they_stand(client, every, state, names):
    answer = client.get(f"{PAGE}?state={state}")
    assert shown(answer) == names
    assert faults(answer) == []


def test_a_failed_job_says_what_went_wrong(client, every):
    answer = client.get(PAGE)
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in answer.text


def test_the_letters_of_mails_are_not_shown(client, boss):
    make_job(
        "mail",
        payload={
            "to": "ada@example.com",
            "text": "https://x/reset/SECRETLINK",
            "project": "foo",
            "release_id": 7,
        },
    )
    answer = client.get(PAGE)
    assert "SECRETLINK" not in answer.text
    assert "ada@example.com" not in answer.text
    assert "project=foo" in answer.text
    assert "release_id=7" in answer.text


def test_a_job_is_done_again_at_once(client, boss):
    seen = []
    jobs.job("test-again")(lambda **payload: seen.append(payload))
    number = make_job("test-again", payload={"name": "x"})
    answer = client.post(f"/admin/job/{number}/again", data={"state": "failed"})
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?state=failed")
    assert seen == [{"name": "x"}]
    assert db.session.get(Job, number) is None


def test_a_job_is_removed(client, boss):
    number = make_job()
    assert client.post(f"/admin/job/{number}/remove").status_code == 303
    assert db.session.get(Job, number) is None
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.tag, entry.actor, entry.details) == (
        "job-removed",
        "boss",
        {"job_id": number, "job_name": "render-description"},
    )


@pytest.mark.parametrize("deed", ["again", "remove"])
def test_a_job_that_is_being_done_is_left_alone(client, boss, deed):
    number = make_job(state="running", lease_until=clock.now() + timedelta(minutes=1))
    assert client.post(f"/admin/job/{number}/{deed}").status_code == 409
    assert db.session.get(Job, number).state == "running"


@pytest.mark.parametrize("deed", ["again", "remove"])
@pytest.mark.parametrize("number", ["4711", "9" * 18])
def test_a_job_that_is_gone_is_not_there(client, boss, deed, number):
    assert client.post(f"/admin/job/{number}/{deed}").status_code == 404


def test_a_long_list_goes_on_where_it_ended(client, boss, queries):
    for number in range(60):
        make_job(f"j{number}")
    client.get(PAGE)
    queries.clear()
    first = client.get(PAGE)
    assert len(queries) <= 5
    second = client.get(soup(first).find("a", rel="next")["href"])
    assert shown(first) + shown(second) == [f"j{number}" for number in reversed(range(60))]


def test_jobs_that_wait_too_long_mean_that_no_worker_is_there(client, boss):
    assert not soup(client.get(PAGE)).select(".message-warning")
    make_job(state="queued", due_at=clock.now() - timedelta(minutes=6))
    assert soup(client.get(PAGE)).select(".message-warning")


def test_works_that_come_round_tell_when_they_were_done(client, boss, now, monkeypatch):
    monkeypatch.setattr(jobs, "_daily", {"test-daily"})
    monkeypatch.setattr(jobs, "_works", {"test-daily": lambda: None})
    monkeypatch.setattr(jobs, "_regular", set())
    assert [(work.name, work.ran_at) for work in list_works()] == [("test-daily", None)]
    at = now(clock.now())
    jobs.promise_daily()
    assert [(work.is_daily, work.ran_at) for work in list_works()] == [(True, at)]
    assert faults(client.get(PAGE)) == []
