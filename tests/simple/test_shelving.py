"""A change and its pages: down before the commit, up again after it, never an old one."""

import json
from functools import partial
from pathlib import Path

import pytest

from app.accounts.actors import OPERATOR
from app.core import locks
from app.core.database import before_release, transaction
from app.core.storage import make_storage
from app.extensions import db
from app.indexes.queries import get_index
from app.projects import services
from app.projects.exceptions import ReleaseNotFound
from app.projects.queries import get_release
from app.simple import opening, roots, shelving
from app.simple.shelf import GUARDED, PUBLIC, the_shelf
from app.sources.registry import source_for
from tests.factories import make_file, make_project, make_release
from tests.uploads.clients import publish_wheel

PAGE = "/simple/foo-bar-baz/"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


class Killed(BaseException):
    """The process ends here."""


def read(client, path=PAGE):
    return json.loads(client.get(path, headers=JSON).data)


def laid(name="foo-bar-baz"):
    return Path(the_shelf().page("main", PUBLIC, name) + ".json")


def yank(demo, reason, version="1.0"):
    services.yank(OPERATOR, get_release(demo.id, version).id, reason)


def in_one_change(*steps):
    with transaction():
        for step in steps:
            step()


def die():
    raise Killed


def test_an_upload_lays_its_page_before_it_is_answered(app, client):
    publish_wheel(OPERATOR, "fresh")
    assert laid("fresh").exists()
    assert read(client, "/simple/fresh/")["versions"] == ["1.0"]
    assert read(client, "/simple/")["projects"] == [{"name": "fresh"}]


def test_a_change_lays_the_new_page_and_tells_it_at_once(demo, client, queries):
    read(client)
    with transaction():
        yank(demo, "first")
    queries.clear()
    assert "first" in [file["yanked"] for file in read(client)["files"]]
    assert queries == []


def test_a_change_that_fails_leaves_the_old_page_to_be_made_again(demo, client):
    before = read(client)
    with pytest.raises(ReleaseNotFound):
        in_one_change(lambda: yank(demo, "never"), lambda: yank(demo, "never", version="9.9"))
    assert not laid().exists()
    assert read(client) == before


def test_who_is_killed_before_the_commit_leaves_no_wrong_page(demo, client):
    before = read(client)
    with pytest.raises(Killed):
        in_one_change(lambda: yank(demo, "never"), die)
    assert read(client) == before


def test_who_is_killed_after_the_commit_leaves_a_page_that_is_made_anew(demo, client):
    read(client)
    with pytest.raises(Killed):
        in_one_change(lambda: before_release(die), lambda: yank(demo, "done"))
    assert not laid().exists()
    assert "done" in [file["yanked"] for file in read(client)["files"]]


def test_who_is_killed_before_the_list_was_renewed_leaves_one_that_is_made_anew(app, client):
    old = make_project("old").id
    read(client, "/simple/")
    delete = partial(services.delete_project, OPERATOR, old, "old")
    with pytest.raises(Killed):
        in_one_change(lambda: before_release(die), delete)
    assert read(client, "/simple/")["projects"] == []


def test_a_page_that_cannot_be_taken_down_stops_the_change(demo, client, monkeypatch):
    def refuse(*_):
        raise PermissionError("read-only")

    before = read(client)
    monkeypatch.setattr(the_shelf(), "take_down", refuse)
    with pytest.raises(shelving.ShelfStuck), transaction():
        yank(demo, "never")
    assert read(client) == before


def test_a_page_that_cannot_be_laid_does_no_harm(demo, client, small_disk):
    read(client)
    with small_disk(), transaction():
        yank(demo, "full")
    assert not laid().exists()
    assert "full" in [file["yanked"] for file in read(client)["files"]]


def test_a_change_waits_for_a_lock_and_no_longer_than_its_client(demo, monkeypatch):
    def busy(*_, **__):
        raise locks.LockBusy

    monkeypatch.setattr(the_shelf().locks, "hold", busy)
    with pytest.raises(locks.LockBusy), transaction():
        yank(demo, "never")


def test_a_reader_who_gets_no_lock_is_answered_and_lays_nothing(demo, client, monkeypatch):
    def busy(*_, **__):
        raise locks.LockBusy

    monkeypatch.setattr(the_shelf().locks, "hold", busy)
    assert read(client)["name"] == "foo-bar-baz"
    assert read(client, "/simple/")["projects"] == [{"name": "Foo.Bar_baz"}]
    assert not laid().exists()


def test_long_pages_are_left_to_the_first_reader(demo, client, monkeypatch):
    monkeypatch.setattr(shelving, "LONG_PAGE", 4)
    with transaction():
        yank(demo, "long")
    assert not laid().exists()
    read(client)
    assert laid().exists()


def test_a_long_list_is_put_together_by_the_first_reader(app, client, monkeypatch):
    monkeypatch.setattr(shelving, "LONG_LIST", 0)
    read(client, "/simple/")
    publish_wheel(OPERATOR, "fresh")
    assert not Path(the_shelf().root_list("main", PUBLIC) + ".json").exists()
    assert roots.find_current(get_index()) is not None
    assert read(client, "/simple/")["projects"] == [{"name": "fresh"}]


def test_names_come_and_go_in_the_list(demo, client):
    read(client, "/simple/")
    for name in ("zebra", "aardvark", "foo-bar"):
        publish_wheel(OPERATOR, name)
    names = [project["name"] for project in read(client, "/simple/")["projects"]]
    assert names == ["aardvark", "foo-bar", "Foo.Bar_baz", "zebra"]
    with transaction():
        services.change_status(OPERATOR, demo.id, "quarantined")
    names = [project["name"] for project in read(client, "/simple/")["projects"]]
    assert names == ["aardvark", "foo-bar", "zebra"]


def test_only_names_change_the_validator_of_the_list(demo, client):
    before = client.get("/simple/").headers["ETag"]
    with transaction():
        yank(demo, "no name")
    assert client.get("/simple/").headers["ETag"] == before
    publish_wheel(OPERATOR, "fresh")
    assert client.get("/simple/").headers["ETag"] != before


def test_a_file_that_was_withdrawn_meanwhile_gets_no_way(demo, client, tmp_path, app):
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    wheel = make_file(make_release(demo, "5.0"))
    stored = opening.find_stored(source_for(get_index()), wheel.sha256, wheel.filename)
    with transaction():
        services.quarantine_file(wheel.id, "bad")
    opening.lead_to(wheel.sha256, stored)
    assert not list(the_shelf().root.glob("main/*/files/*/*/*"))


def test_a_closing_index_is_not_opened_again_by_who_read_it_open(demo, client, close):
    read(client)
    before = get_index()
    db.session.expunge(before)
    close()
    opening.open_index(before)
    assert not (the_shelf().root / "main" / PUBLIC).is_symlink()
    assert (the_shelf().root / "main" / GUARDED).is_symlink()
