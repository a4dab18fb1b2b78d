import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core import clock
from app.core.database import transaction
from app.core.jobs import enqueue
from app.core.models import Job
from app.core.settings import keep_setting
from app.extensions import db
from app.metrics import facts
from tests.factories import PASSWORD, make_account, make_file, make_project, make_release

TOKEN = "a token for whoever watches"


@pytest.fixture(autouse=True)
def _forget(app):
    app.extensions[facts.PART].known.clear()


@pytest.fixture
def read(client):
    """Give a function that reads figures: a number by its name and labels."""

    def ask(name, **labels):
        answer = client.get("/metrics")
        assert answer.status_code == 200, answer.text
        found = [
            sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else None

    return ask


def test_figures_are_text_that_prometheus_reads(client):
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["Cache-Control"] == "no-store"
    names = [family.name for family in text_string_to_metric_families(answer.text)]
    assert len(names) == len(set(names)) > 20
    assert all(re.fullmatch("tilsit_[a-z_]+", name) for name in names)


def test_requests_are_told_by_route_method_and_status(client, read):
    labels = {"route": "/project/<name>/", "method": "GET", "status": "404"}
    before = read("tilsit_requests_total", **labels) or 0
    client.get("/project/nobody-has-this/", buffered=True)
    assert read("tilsit_requests_total", **labels) == before + 1
    assert read("tilsit_request_seconds_count", route="/project/<name>/") >= 1
    assert read("tilsit_request_seconds_bucket", route="/project/<name>/", le="+Inf") >= 1


def test_answers_from_the_shelf_are_told(client, read):
    make_file(make_release(make_project("weft")))
    labels = {"kind": "page", "status": "200"}
    before = read("tilsit_shelf_answers_total", **labels)
    missed = read("tilsit_shelf_misses_total", kind="page") or 0
    for _ in range(3):
        client.get("/simple/weft/")
    assert read("tilsit_shelf_answers_total", **labels) == before + 2
    assert read("tilsit_shelf_misses_total", kind="page") == missed + 1


def test_pages_made_for_all_are_told(client, read):
    before = read("tilsit_page_cache_looks_total", result="hit") or 0
    client.get("/")
    client.get("/")
    assert read("tilsit_page_cache_looks_total", result="hit") == before + 1


def test_jobs_are_told(app, read, monkeypatch):
    monkeypatch.setitem(app.extensions, "wake", lambda _number: None)
    with transaction() as session:
        enqueue("mail")
        enqueue("mail")
        session.flush()
        job = session.query(Job).first()
        job.due_at = clock.now() - timedelta(hours=1)
        session.query(Job).filter(Job.id != job.id).update({"state": "failed"})
    assert read("tilsit_jobs", state="waiting") == 1
    assert read("tilsit_jobs", state="failed") == 1
    assert 3600 <= read("tilsit_jobs_oldest_seconds") < 3700


def test_attempts_at_jobs_are_told(read):
    failed, done = (
        read("tilsit_job_attempts_total", work="mail", result=it) or 0 for it in ("failed", "done")
    )
    with transaction():
        enqueue("mail", to="nobody")
    assert read("tilsit_job_attempts_total", work="mail", result="failed") == failed + 1
    assert (read("tilsit_job_attempts_total", work="mail", result="done") or 0) == done


@pytest.mark.parametrize("wrap", [str, lambda at: {"at": at, "size": 7}])
def test_the_age_of_the_last_backup_is_told(read, wrap):
    with transaction():
        keep_setting("backup.finished", wrap((clock.now() - timedelta(days=1)).isoformat()))
    assert 86_400 <= read("tilsit_backup_age_seconds") < 86_500


def test_a_backup_that_never_was_has_no_age(read):
    assert read("tilsit_backup_age_seconds") is None


def test_failed_logins_are_told(client, read):
    make_account("ada")
    before = read("tilsit_logins_total", result="failed") or 0
    client.post("/account/login", data={"login": "ada", "password": "wrong"})
    client.post("/account/login", data={"login": "ada", "password": PASSWORD})
    assert read("tilsit_logins_total", result="failed") == before + 1


def test_files_and_their_bytes_are_told_and_remembered(read, queries):
    make_file(make_release(make_project("weft")), content=b"12345")
    assert read("tilsit_files", origin="published") == 1
    assert read("tilsit_file_bytes", origin="published") == 5
    queries.clear()
    assert read("tilsit_file_bytes", origin="published") == 5
    assert queries == []


def test_process_and_build_are_told(read):
    assert read("tilsit_processes") == 1
    assert read("tilsit_resident_bytes") > 1_000_000
    assert read("tilsit_build_info") == 1
    assert read("tilsit_database_up") == 1
    assert read("tilsit_disk_free_bytes", place="data") > 0


def test_without_the_database_the_rest_is_told(read, monkeypatch):
    def fail(*_, **__):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", fail)
    assert read("tilsit_database_up") == 0
    assert read("tilsit_jobs") is None
    assert read("tilsit_processes") == 1


def test_strangers_get_nothing(client):
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (403, "metrics-elsewhere")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_the_machine_itself_may_ask(client, address):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("address", ["", "unknown", "127.0.0.1.evil.test", "127.0.0.1, 192.0.2.7"])
def test_what_is_no_address_is_not_this_machine(client, address):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_who_comes_by_a_proxy_is_not_this_machine(client, header):
    answer = client.get("/metrics", headers={header: "127.0.0.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("told", "status"),
    [("192.0.2.7", 403), ("127.0.0.1, 192.0.2.7", 403), ("127.0.0.1", 200), (None, 200)],
)
def test_behind_a_trusted_proxy_the_caller_counts(app, monkeypatch, told, status):
    monkeypatch.setitem(app.config, "TRUSTED_PROXIES", 1)
    builder = EnvironBuilder(path="/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    if told is not None:
        builder.headers["X-Forwarded-For"] = told
    _body, line, _headers = run_wsgi_app(ProxyFix(app.wsgi_app), builder.get_environ())
    assert line.startswith(str(status))


@pytest.mark.parametrize("shown", ["", "Bearer wrong", "Bearer ", "Basic bad", f"Bearer {TOKEN}x"])
def test_where_there_is_a_token_it_must_be_shown(app, client, monkeypatch, shown):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    answer = client.get("/metrics", headers={"Authorization": shown})
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (401, "metrics-token")


def test_whoever_shows_the_token_may_ask_from_anywhere(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    answer = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {TOKEN}"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 200


def test_all_processes_are_told_together(app, client, read, monkeypatch):
    meters = app.extensions["meters"]
    ours = meters.read()
    monkeypatch.setattr(meters, "sum_up", lambda: [ours, ours, ours])
    labels = {"kind": "page", "status": "200"}
    once = ours.counts["tilsit_shelf_answers_total", "page", "200"][0]
    assert read("tilsit_shelf_answers_total", **labels) == 3 * once
    assert read("tilsit_processes") == 2
