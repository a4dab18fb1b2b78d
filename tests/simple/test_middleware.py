"""Whatever is asked, the middleware answers as the views do, or lets them answer."""

import contextvars
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.core.storage import blobs, make_storage
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import grant, take_right
from app.projects import services
from app.projects.models import File
from app.projects.queries import get_release
from app.simple import passes
from app.simple.middleware import ShelfMiddleware
from app.simple.shelf import ENDINGS, GUARDED, PUBLIC, the_shelf
from app.stats.counter import download_counter
from app.stats.models import DownloadDay
from app.stats.queries import count_downloads
from tests.factories import basic, make_account, make_file, make_release, make_token
from tests.hostile_headers import ACCEPTS, ENCODINGS

PAGE = "/simple/foo-bar-baz/"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


@pytest.fixture
def wheel(app, demo, tmp_path):
    """A file of the demo project whose bytes lie on the disk."""
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    release = make_release(demo, "5.0")
    return make_file(release, content=b"bytes of a wheel" * 100)


def address(file):
    return f"/files/{file.sha256}/{file.filename}"


def ask(application, path, method="GET", query="", **headers):
    """Send a request to a WSGI application and return status, headers and body."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = EnvironBuilder(path=path, query_string=query, method=method, headers=names)
    arguments = (run_wsgi_app, application, environ.get_environ())
    db.session.close()
    chunks, status, sent = contextvars.Context().run(*arguments)
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    # The hour may turn between two answers, and only what has a line in the log has a number.
    told = {(name, value) for name, value in sent if name not in {"Date", "X-Request-ID"}}
    return int(status.split()[0]), told, body, "Date" in dict(sent), status


def both(app, *args, **kwargs):
    """Return the answers of the middleware and of the views behind it."""
    behind = ask(app.wsgi_app.behind, *args, **kwargs)
    return ask(app.wsgi_app, *args, **kwargs), behind


def warm(app, *paths):
    """Let the shelf have whatever it can have."""
    for path in paths:
        for accept in ("text/html", JSON["Accept"]):
            ask(app.wsgi_app, path, Accept=accept)
            ask(app.wsgi_app, path, Accept=accept, Accept_Encoding="gzip")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["text/html", JSON["Accept"], "*/*"])
@pytest.mark.parametrize("encoding", ["identity", "gzip", ""])
def test_pages_come_from_the_shelf_and_are_the_same(app, demo, queries, method, accept, encoding):
    warm(app, PAGE, "/simple/")
    for path in (PAGE, "/simple/"):
        wanted = {"method": method, "Accept": accept, "Accept_Encoding": encoding}
        first, behind = both(app, path, **wanted)
        assert first == behind
        queries.clear()
        assert ask(app.wsgi_app, path, **wanted) == behind
        assert queries == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("ending", ["", ".metadata"])
def test_files_come_from_the_shelf_and_are_the_same(app, wheel, queries, method, ending):
    path = address(wheel) + ending
    ask(app.wsgi_app, path)
    shelved, behind = both(app, path, method)
    assert shelved == behind
    queries.clear()
    assert ask(app.wsgi_app, path, method) == behind
    assert queries == []


@pytest.mark.parametrize("path", [PAGE, "/simple/", "file"])
def test_who_has_it_gets_304_from_the_shelf(app, wheel, queries, path):
    path = address(wheel) if path == "file" else path
    warm(app, path)
    etag = dict(ask(app.wsgi_app, path)[1])["ETag"]
    shelved, behind = both(app, path, If_None_Match=etag)
    assert shelved == behind
    assert (shelved[0], shelved[2]) == (304, b"")
    queries.clear()
    ask(app.wsgi_app, path, If_None_Match=etag)
    assert queries == []


PATHS = st.sampled_from(
    [PAGE, "/simple/", "/simple/foo-bar-baz", "/simple/Foo.Bar_baz/", "/simple/nothing/", "file"]
    + ["/simple/../simple/", "/simple/foo--bar/", "/simple/-/", "metadata", "/files/", "range"]
)
METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST"])
QUERIES = st.sampled_from(["", "", "", "format=text/html", "x=1"])
CONDITIONS = st.sampled_from(
    ["", "own", '"other"', "W/own", 'own, "other"', "*", '"', "garbage", '""', '"a", own']
)
EXTRA = st.sampled_from(
    [{}, {}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999999-"}, {"If_Match": '"x"'}]
    + [{"If_Modified_Since": "Tue, 24 Nov 2026 07:00:00 GMT"}, {"If_Range": '"x"'}]
    + [{"If_Unmodified_Since": "Tue, 24 Nov 2020 07:00:00 GMT"}, {"Authorization": "Basic eDp5"}]
    + [{"Cookie": "session=x"}, {"Origin": "https://example.org"}, {"X_Long": "x" * 64_000}]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250)
@given(PATHS, METHODS, QUERIES, ACCEPTS, ENCODINGS, CONDITIONS, EXTRA)
def test_middleware_and_view_give_the_same_answer_to_whatever_is_asked(
    app, wheel, path, method, query, accept, encoding, condition, extra
):
    path = {"file": address(wheel), "metadata": f"{address(wheel)}.metadata"}.get(path, path)
    warm(app, PAGE, "/simple/", address(wheel))
    wanted = {"Accept": accept, "Accept_Encoding": encoding} | extra
    etag = dict(ask(app.wsgi_app, path, **wanted)[1]).get("ETag", '"none"')
    wanted["If_None_Match"] = condition.replace("own", etag)
    sent = {name: value for name, value in wanted.items() if value}
    shelved, behind = both(app, path, method, query, **sent)
    assert shelved == behind


@pytest.mark.parametrize("accept", [", ".join(["text/html;q=0.1"] * 200), "x/" + "y" * 64_000])
def test_absurd_headers_are_not_remembered(app, demo, accept):
    ask(app.wsgi_app, PAGE, Accept=accept)
    assert accept not in str(app.wsgi_app._targets)


def test_what_is_remembered_is_bounded(app, demo, monkeypatch):
    monkeypatch.setattr("app.simple.middleware._REMEMBERED", 3)
    for number in range(10):
        ask(app.wsgi_app, f"/simple/name-{number}/")
    assert len(app.wsgi_app._targets) <= 3


def test_downloads_from_the_shelf_are_counted(app, wheel):
    download_counter().write()
    before = count_downloads("main", "foo-bar-baz")
    for _ in range(3):
        ask(app.wsgi_app, address(wheel))
        ask(app.wsgi_app, address(wheel), "HEAD")
        ask(app.wsgi_app, f"{address(wheel)}.metadata")
    download_counter().write()
    assert count_downloads("main", "foo-bar-baz") == before + 3


def test_who_downloads_from_the_shelf_is_counted(app, wheel):
    agent = 'uv/0.9.1 {"python":"3.13.1","system":{"name":"Windows"}}'
    download_counter().write()
    ask(app.wsgi_app, address(wheel), User_Agent=agent)
    download_counter().write()
    wanted = select(DownloadDay.client, DownloadDay.python, DownloadDay.system)
    found = set(db.session.execute(wanted.where(DownloadDay.client == "uv")))
    assert found == {("uv", "3.13", "Windows")}


def test_a_change_is_seen_by_the_next_request(app, demo):
    warm(app, PAGE)
    with transaction():
        services.delete_release(OPERATOR, get_release(demo.id, "3.0").id, "3.0")
    shelved, behind = both(app, PAGE)
    assert shelved == behind
    assert b"foo_bar_baz-3.0-" not in shelved[2]


@pytest.mark.parametrize(
    "withdraw",
    [
        lambda file: services.delete_file(OPERATOR, file.id, file.filename),
        lambda file: services.delete_release(OPERATOR, file.release_id, "5.0"),
        lambda file: services.quarantine_file(file.id, "bad"),
        lambda file: services.change_status(OPERATOR, file.release.project_id, "quarantined"),
        lambda file: services.delete_project(
            OPERATOR, file.release.project_id, file.release.project.name
        ),
    ],
    ids=["file", "release", "quarantined file", "quarantined project", "project"],
)
def test_what_was_withdrawn_stops_at_once(app, wheel, withdraw):
    paths = (address(wheel), f"{address(wheel)}.metadata")
    assert [ask(app.wsgi_app, path)[0] for path in (*paths, *paths)] == [200] * 4
    with transaction():
        withdraw(db.session.get(File, wheel.id))
    assert {ask(app.wsgi_app, path)[0] for path in paths} <= {403, 404}


@pytest.fixture
def closed(app, wheel, close):
    """A guarded index; gives the headers of one who may read it and of one who may not."""
    warm(app, PAGE, "/simple/", address(wheel))
    close()
    member = make_account()
    grant(get_index().id, member.id, "read")
    db.session.commit()
    return {
        "member": basic(make_token(member, scope="read")),
        "somebody": basic(make_token(make_account(uploads=False), scope="read")),
        "account": member,
    }


def test_a_closed_index_is_closed_at_once(app, wheel, closed):
    for path in (PAGE, "/simple/", address(wheel)):
        assert ask(app.wsgi_app, path)[0] == 401
        assert ask(app.wsgi_app, path, **closed["somebody"])[0] == 403


def test_a_member_is_served_from_the_shelf_and_nobody_else(app, wheel, closed, queries):
    for path in (PAGE, "/simple/", address(wheel)):
        ask(app.wsgi_app, path, **closed["member"])
        ask(app.wsgi_app, path, **closed["member"])
        queries.clear()
        shelved = ask(app.wsgi_app, path, **closed["member"])
        assert queries == []
        assert shelved == ask(app.wsgi_app.behind, path, **closed["member"])
        assert dict(shelved[1])["Cache-Control"].startswith("private")
        assert ask(app.wsgi_app, path)[0] == 401
        assert ask(app.wsgi_app, path, **closed["somebody"])[0] == 403


def test_a_pass_lasts_some_seconds(app, demo, closed, queries, monkeypatch):
    ask(app.wsgi_app, PAGE, **closed["member"])
    later = passes.time.monotonic() + passes.SECONDS + 0.1
    monkeypatch.setattr(passes.time, "monotonic", lambda: later)
    queries.clear()
    assert ask(app.wsgi_app, PAGE, **closed["member"])[0] == 200
    assert queries != []


def test_a_right_that_was_taken_is_gone_at_once_in_this_process(app, demo, closed):
    ask(app.wsgi_app, PAGE, **closed["member"])
    with transaction():
        take_right(get_index(), closed["account"])
    assert ask(app.wsgi_app, PAGE, **closed["member"])[0] == 403


def test_a_token_for_one_project_opens_no_shelf(app, demo, closed):
    token = basic(make_token(closed["account"], scope="read", project="foo-bar-baz"))
    for _ in range(2):
        assert ask(app.wsgi_app, PAGE, **token)[0] == 200
        assert ask(app.wsgi_app, "/simple/", **token)[0] == 403


def test_passes_are_bounded(app):
    kept = passes.Passes()
    for number in range(2 * passes.LIMIT):
        kept.note("main", f"Basic {number}")
    assert len(kept._until) <= passes.LIMIT
    assert kept.opens("main", f"Basic {2 * passes.LIMIT - 1}")
    assert not kept.opens("other", f"Basic {2 * passes.LIMIT - 1}")


def test_deleting_the_shelf_costs_nothing_but_time(app, wheel):
    paths = (PAGE, "/simple/", address(wheel))
    warm(app, *paths)
    before = [ask(app.wsgi_app, path) for path in paths]
    the_shelf().clear()
    assert [ask(app.wsgi_app, path) for path in paths] == before
    assert [ask(app.wsgi_app, path) for path in paths] == before


@pytest.mark.parametrize("size", [0, 50])
def test_a_page_that_a_crash_cut_short_is_made_anew(app, demo, size):
    warm(app, PAGE)
    before = ask(app.wsgi_app, PAGE)
    path = Path(the_shelf().page("main", PUBLIC, "foo-bar-baz") + ".html")
    os.truncate(path, size)
    assert ask(app.wsgi_app, PAGE) == before
    assert path.stat().st_size == len(before[2])


def test_a_blob_that_is_gone_is_our_failure_and_not_nothing(app, wheel):
    ask(app.wsgi_app, address(wheel))
    blobs().delete(wheel.sha256)
    assert ask(app.wsgi_app, address(wheel))[0] == 503


def test_a_shelf_that_cannot_be_written_leaves_the_views(app, demo, tmp_path):
    (tmp_path / "file").touch()
    the_shelf().root = tmp_path / "file" / "shelf"
    for path in (PAGE, "/simple/"):
        first, behind = both(app, path)
        assert first == behind
        assert first[0] == 200


def test_pages_of_the_index_are_under_one_link(app, demo, close):
    warm(app, PAGE)
    assert (the_shelf().root / "main" / PUBLIC).is_symlink()
    close()
    assert not (the_shelf().root / "main" / PUBLIC).is_symlink()
    assert (the_shelf().root / "main" / GUARDED).is_symlink()


def test_long_pages_are_left_to_a_server_that_sends_files(app, demo, monkeypatch):
    warm(app, PAGE)
    small = ShelfMiddleware(app.wsgi_app.behind, app.extensions, lambda: None, cache_bytes=64)
    assert ask(small, PAGE) == ask(app.wsgi_app.behind, PAGE)
    environ = EnvironBuilder(path=PAGE).get_environ()
    wrapped = []

    def wrapper(file, size):
        wrapped.append(file)
        return [file.read()]

    environ["wsgi.file_wrapper"] = wrapper
    chunks, _status, _headers = run_wsgi_app(small, environ)
    assert b"".join(chunks) == ask(app.wsgi_app.behind, PAGE)[2]
    wrapped[0].close()


def test_all_forms_are_laid_at_once(app, demo):
    ask(app.wsgi_app, PAGE)
    stem = the_shelf().page("main", PUBLIC, "foo-bar-baz")
    assert all(Path(f"{stem}.{ending}").exists() for ending in ENDINGS)
