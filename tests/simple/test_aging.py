"""Pages of mirrored projects: right until a moment, then asked for again."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.core.events import tell
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.reservations import reserve
from app.projects.claims import claim_name
from app.projects.events import CopyAppeared, CopyChanged
from app.simple import aging
from app.simple.shelf import AGING, ENDINGS, PAGES, STALE, the_shelf
from tests.factories import basic, make_account, make_project, make_token
from tests.simple.far import TTL, Coming
from tests.simple.test_middleware import ask, both
from tests.uploads.clients import publish_wheel

PAGE = "/simple/far-away/"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
WHEEL = Coming("far_away-1.0-py3-none-any.whl", b"a wheel")
SDIST = Coming("far_away-1.0.tar.gz", b"an sdist")
SECOND = timedelta(seconds=1)


@pytest.fixture
def start(now):
    return now(clock.now().replace(microsecond=0))


@pytest.fixture
def copied(far, client, start):
    """A project of the upstream whose page was asked for."""
    far.put("Far.Away", WHEEL)
    client.get(PAGE)
    return far


def stem(folder, slug="main", name="far-away"):
    return the_shelf().page(slug, get_index(slug).generation, name, folder)


def lies(folder, slug="main"):
    return [Path(f"{stem(folder, slug)}.{ending}").exists() for ending in ENDINGS]


def files(client, path=PAGE):
    return [file["filename"] for file in json.loads(client.get(path, headers=JSON).data)["files"]]


def test_check_9_a_page_of_the_upstream_is_fetched_when_it_is_asked_for(client, far):
    far.put("Far.Away", WHEEL)
    assert files(client) == [WHEEL.filename]
    assert far.asked == ["far-away"]


def test_a_page_lies_where_only_who_knows_the_time_looks(copied):
    assert (any(lies(PAGES)), all(lies(AGING))) == (False, True)
    assert aging.moment_of(f"{stem(AGING)}.until") == (clock.now() + TTL).timestamp()


def test_a_fresh_page_comes_from_the_shelf_without_a_question(app, copied, queries):
    for accept in ("text/html", JSON["Accept"]):
        first, behind = both(app, PAGE, Accept=accept)
        assert first == behind
        queries.clear()
        assert ask(app.wsgi_app, PAGE, Accept=accept) == behind
        assert queries == []
    assert copied.asked == ["far-away"]


def test_a_fresh_page_costs_one_look_at_the_disk_like_any_other(app, copied, monkeypatch):
    ask(app.wsgi_app, PAGE)
    ask(app.wsgi_app, PAGE)
    looks, stat = [], os.stat
    monkeypatch.setattr(os, "stat", lambda *path: looks.append(path) or stat(*path))
    ask(app.wsgi_app, PAGE)
    assert len(looks) == 1


def test_check_97_a_page_is_asked_for_again_when_its_moment_has_come(
    app, client, copied, start, now
):
    copied.put("Far.Away", WHEEL, SDIST, serial=101)
    now(start + TTL - SECOND)
    assert files(client) == [WHEEL.filename]
    now(start + TTL)
    assert files(client) == [WHEEL.filename, SDIST.filename]
    assert copied.asked == ["far-away"] * 2


def test_of_an_unchanged_page_only_the_moment_moves_on(app, client, copied, start, now):
    before = [Path(f"{stem(AGING)}.{ending}").stat().st_ino for ending in ENDINGS]
    etag = client.get(PAGE).headers["ETag"]
    later = now(start + TTL)
    answer = client.get(PAGE, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert [Path(f"{stem(AGING)}.{ending}").stat().st_ino for ending in ENDINGS] == before
    assert aging.moment_of(f"{stem(AGING)}.until") == (later + TTL).timestamp()
    ask(app.wsgi_app, PAGE)
    assert copied.asked == ["far-away"] * 2


def test_a_page_that_was_prolonged_by_another_process_is_served(app, copied, start, now, queries):
    ask(app.wsgi_app, PAGE)
    later = now(start + TTL)
    until = int((later + TTL).timestamp())
    os.utime(f"{stem(AGING)}.until", (until, until))
    queries.clear()
    assert ask(app.wsgi_app, PAGE)[0] == 200
    assert queries == []


def test_check_10_a_stale_page_says_for_how_long_it_is(app, client, copied, start, now):
    copied.is_down = True
    now(start + TTL + 5 * SECOND)
    for path in (PAGE, "/index/main/simple/far-away/", "/legacy/+simple/far-away/"):
        assert client.get(path).headers["X-Tilsit-Stale"] == "605"
    assert (any(lies(AGING)), all(lies(STALE))) == (False, True)


def test_no_stale_answer_comes_without_its_header(app, client, copied, start, now):
    copied.is_down = True
    now(start + TTL)
    etag = client.get(PAGE).headers["ETag"]
    for headers in ({}, JSON, {"Accept-Encoding": "gzip"}, {"If-None-Match": etag}):
        answer = client.get(PAGE, headers=headers)
        assert answer.headers["X-Tilsit-Stale"] == "600"
    # For two seconds nobody is asked again.
    assert copied.asked == ["far-away"] * 2
    now(start + TTL + 2 * SECOND)
    assert client.get(PAGE).headers["X-Tilsit-Stale"] == "602"
    assert copied.asked == ["far-away"] * 3


def test_a_stale_page_is_as_before_when_the_upstream_is_back(app, client, copied, start, now):
    etag = client.get(PAGE).headers["ETag"]
    copied.is_down = True
    now(start + TTL)
    assert client.get(PAGE).headers["ETag"] == etag
    copied.is_down = False
    now(start + TTL + 3 * SECOND)
    answer = client.get(PAGE)
    assert ("X-Tilsit-Stale" in answer.headers, answer.headers["ETag"]) == (False, etag)
    assert (all(lies(AGING)), any(lies(STALE))) == (True, False)


def test_check_91_what_nobody_could_find_out_is_unavailable_and_never_missing(client, far):
    far.is_down = True
    for path in (PAGE, "/index/staging/simple/far-away/", "/index/main/simple/far-away/"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert 2 <= int(answer.headers["Retry-After"]) <= 5


def test_check_96_what_the_upstream_has_not_is_not_found(client, far):
    assert client.get("/simple/nothing/").status_code == 404
    assert far.asked == ["nothing"]


def test_check_26_a_name_of_ours_is_never_asked_for(client, far, demo):
    far.put("foo-bar-baz", WHEEL)
    for path in ("/simple/foo-bar-baz/", "/index/staging/simple/foo-bar-baz/"):
        assert WHEEL.filename not in files(client, path)
    assert far.asked == []


def test_whoever_is_about_to_publish_a_name_tells_it_to_nobody(client, far):
    assert client.get("/legacy/+simple/secret/").status_code == 404
    assert client.get("/index/staging/legacy/+simple/secret/").status_code == 404
    assert far.asked == []


def test_redirects_ask_nobody(client, far):
    for path in ("/simple/Far.Away/", "/simple/Far.Away"):
        assert client.get(path).status_code == 301
    assert far.asked == []


def tell_copy(event=CopyChanged, name="far-away"):
    with transaction():
        tell(event(index_slug="pypi", project=name))


def test_a_change_of_the_upstream_takes_down_the_pages_of_all_that_show_it(client, copied):
    client.get("/index/staging/simple/far-away/")
    client.get("/index/pypi/simple/far-away/")
    slugs = ("main", "staging", "pypi")
    assert [all(lies(AGING, slug)) for slug in slugs] == [True] * 3
    tell_copy()
    assert [any(lies(AGING, slug)) for slug in slugs] == [False] * 3
    assert not Path(f"{stem(AGING)}.until").exists()


def test_a_name_that_appears_stands_in_the_lists_of_all_that_show_it(client, copied):
    def listed(path):
        projects = json.loads(client.get(path, headers=JSON).data)["projects"]
        return [project["name"] for project in projects]

    lists = ("/simple/", "/index/staging/simple/", "/index/pypi/simple/")
    assert [listed(path) for path in lists] == [["Far.Away"]] * 3
    before = {client.get(path).headers["ETag"] for path in lists}
    copied.pages["other"] = copied.pages["far-away"].__class__(
        index_slug="pypi", name="other", normalized_name="other", versions=(), files=()
    )
    tell_copy(CopyAppeared, "other")
    assert [listed(path) for path in lists] == [["Far.Away", "other"]] * 3
    assert not before & {client.get(path).headers["ETag"] for path in lists}


def test_a_page_moves_when_its_project_becomes_ours(app, client, copied):
    with transaction():
        claim_name(OPERATOR, get_index(), "far-away")
    assert ask(app.wsgi_app, PAGE)[0] == 404
    publish_wheel(OPERATOR, "far-away")
    assert (all(lies(PAGES)), any(lies(AGING))) == (True, False)
    assert b"far_away-1.0-py3-none-any.whl" in ask(app.wsgi_app, PAGE)[2]


def test_pages_of_a_guarded_index_age_as_well(app, copied, close, queries, client):
    close()
    member = make_account(is_admin=True)
    db.session.commit()
    key = basic(make_token(member, scope="read"))
    assert ask(app.wsgi_app, PAGE)[0] == 401
    for _ in range(2):
        assert ask(app.wsgi_app, PAGE, **key)[0] == 200
    queries.clear()
    assert dict(ask(app.wsgi_app, PAGE, **key)[1])["Cache-Control"] == "private, no-cache"
    assert queries == []


def test_a_page_may_be_fresh_for_no_time_at_all(client, far, monkeypatch):
    monkeypatch.setattr("tests.simple.far.TTL", timedelta())
    far.put("Far.Away", WHEEL)
    assert files(client) == files(client) == [WHEEL.filename]
    assert far.asked == ["far-away"] * 2


def test_a_shelf_that_cannot_be_written_leaves_the_views(client, far, tmp_path):
    (tmp_path / "file").touch()
    the_shelf().root = tmp_path / "file" / "shelf"
    far.put("Far.Away", WHEEL)
    assert files(client) == [WHEEL.filename]


@pytest.mark.parametrize(
    "filename",
    ["acme-2fa-tool-1.0.tar.gz", "acme-2fa-tool-dev.tar.gz", "acme_2fa_tool-dev-py3-none.whl.asc"],
)
@pytest.mark.parametrize("is_reserved", [False, True])
def test_check_26_what_a_file_of_ours_may_be_called_is_never_asked_for(
    client, far, filename, is_reserved
):
    if is_reserved:
        with transaction():
            reserve("acme-2fa-*")
    else:
        make_project("acme-2fa-tool")

    assert client.get(f"/files/{'ab' * 32}/{filename}").status_code == 404

    assert far.asked == []
