"""A change and its pages: down before the commit, up again after it, never an old one."""

import json
import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from app.accounts.actors import OPERATOR
from app.core import locks
from app.core.database import before_commit, follow_up, transaction
from app.core.storage import make_storage
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import last_serial
from app.projects import roles, services
from app.projects.exceptions import ReleaseNotFound
from app.projects.queries import get_release
from app.simple import opening, roots, settling, shelving
from app.simple.shelf import GUARDED, PUBLIC, the_shelf
from app.sources.registry import source_for
from tests.factories import make_account, make_file, make_project, make_release
from tests.uploads.clients import publish_wheel

PAGE = "/simple/foo-bar-baz/"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


class Killed(BaseException):
    """The process ends here."""


def read(client, path=PAGE):
    return json.loads(client.get(path, headers=JSON).data)


def laid(name="foo-bar-baz"):
    return Path(the_shelf().page("main", get_index().generation, name) + ".json")


def yank(demo, reason, version="1.0"):
    services.yank(OPERATOR, get_release(demo.id, version).id, reason)


def in_one_change(*steps):
    with transaction():
        for step in steps:
            step()


def die():
    raise Killed


class Death:
    """What follows from a change whose process is killed at once."""

    def prepare(self):
        pass

    def finish(self):
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
        in_one_change(lambda: follow_up("death", Death()), lambda: yank(demo, "done"))
    assert not laid().exists()
    assert "done" in [file["yanked"] for file in read(client)["files"]]


def test_who_is_killed_before_the_list_was_renewed_leaves_one_that_is_made_anew(app, client):
    old = make_project("old").id
    read(client, "/simple/")
    delete = partial(services.delete_project, OPERATOR, old, "old")
    with pytest.raises(Killed):
        in_one_change(lambda: follow_up("death", Death()), delete)
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
    with ExitStack() as disk, transaction():
        yank(demo, "full")
        # Only the page is too much for it: the database has its own way to be full.
        before_commit("full", lambda: disk.enter_context(small_disk()), as_last=True)
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
    stored = opening.find_here(source_for(get_index()), wheel.sha256, wheel.filename)
    with transaction():
        services.quarantine_file(wheel.id, "bad")
    opening.lead_to("main", wheel.sha256, stored)
    assert not list(the_shelf().root.glob("main/*/files/*/*/*"))


def test_a_file_that_is_let_out_is_on_the_page_again(demo, client):
    wheel = make_file(make_release(demo, "5.0"))
    for step in (
        lambda: services.quarantine_file(wheel.id, "bad"),
        lambda: services.clear_file(OPERATOR, wheel.id),
    ):
        in_one_change(step)
    assert wheel.filename in [file["filename"] for file in json.loads(laid().read_text())["files"]]
    assert wheel.filename in [file["filename"] for file in read(client)["files"]]


def test_a_closing_index_is_not_opened_again_by_who_read_it_open(demo, client, close):
    read(client)
    before = get_index()
    db.session.expunge(before)
    close()
    opening.let_readers_in(before)
    assert not (the_shelf().root / "main" / PUBLIC).is_symlink()
    assert (the_shelf().root / "main" / GUARDED).is_symlink()


def test_many_names_in_one_change_are_renewed_together(demo, client):
    others = [make_project(name).id for name in ("bb", "dd")]
    read(client, "/simple/")
    with transaction():
        for number in others:
            services.change_status(OPERATOR, number, "quarantined")
    assert read(client, "/simple/")["projects"] == [{"name": "Foo.Bar_baz"}]
    assert roots.find_current(get_index()) is not None


@pytest.mark.parametrize("harm", [Path.unlink, partial(os.truncate, length=9)], ids=["gone", "cut"])
def test_a_list_with_a_broken_segment_is_made_anew(demo, client, harm):
    read(client, "/simple/")
    folder = the_shelf().segments("main", get_index().generation)
    harm(next(path for path in folder.iterdir() if path.name != "manifest"))
    the_shelf().take_down(the_shelf().root_list("main", get_index().generation))
    assert read(client, "/simple/")["projects"] == [{"name": "Foo.Bar_baz"}]
    publish_wheel(OPERATOR, "zz")
    names = [project["name"] for project in read(client, "/simple/")["projects"]]
    assert names == ["Foo.Bar_baz", "zz"]
    assert roots.find_current(get_index()) is not None


def test_a_segment_that_breaks_while_it_is_read_is_made_anew(demo, client, monkeypatch):
    read(client, "/simple/")
    index = get_index()
    known = roots.find_current(index)
    segment = the_shelf().segments("main", index.generation) / known.segments[0].file
    monkeypatch.setattr(roots, "find_current", lambda _: known)
    segment.unlink()
    roots.lay_list(index)
    names = [project["name"] for project in read(client, "/simple/")["projects"]]
    assert names == ["Foo.Bar_baz"]


def test_whatever_fails_afterwards_the_change_stands(demo, client, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(shelving, "packed", fail)
    monkeypatch.setattr(the_shelf(), "note", fail)
    with transaction():
        yank(demo, "done")
    assert "done" in [file["yanked"] for file in read(client)["files"]]
    assert caplog.text.count("the shelf was not brought up to date") == 2


def test_an_index_that_was_not_opened_is_opened_by_the_next_reader(demo, client):
    read(client)
    (the_shelf().root / "main" / PUBLIC).unlink()
    read(client)
    assert (the_shelf().root / "main" / PUBLIC).is_symlink()


def test_only_the_files_that_a_change_is_about_are_withdrawn(app, demo, client, tmp_path):
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    wheels = [make_file(make_release(demo, version)) for version in ("5.0", "6.0")]
    for wheel in wheels:
        client.get(f"/files/{wheel.sha256}/{wheel.filename}").close()
    with transaction():
        services.quarantine_file(wheels[0].id, "bad")
    left = [the_shelf().leads("main", wheel.sha256, wheel.filename) for wheel in wheels]
    assert left == [False, True]


def begin_as_a_new_process(app):
    the_shelf().is_ours = False
    app.wsgi_app._settled_at, app.wsgi_app._targets = float("-inf"), {}


def test_a_shelf_made_of_another_database_is_cleared_before_it_is_read(app, demo, client):
    read(client)
    begin_as_a_new_process(app)
    laid().write_text("an old page")
    assert read(client)["name"] == "foo-bar-baz"
    assert the_shelf().made_of() == (settling.find_mark(), last_serial())


def test_a_shelf_that_cannot_be_settled_is_not_used(app, demo, client, monkeypatch):
    def fail(*_):
        raise PermissionError

    read(client)
    begin_as_a_new_process(app)
    monkeypatch.setattr(the_shelf(), "settle", fail)
    laid().write_text("an old page")
    for _ in range(2):
        assert read(client)["name"] == "foo-bar-baz"
    assert not the_shelf().is_ours


def test_a_list_that_is_being_made_already_is_asked_for_again_later(demo, client, monkeypatch):
    """Without a shelf only one is made at a time: 900,000 names fill memory."""

    def busy(*_, **__):
        raise locks.LockBusy

    monkeypatch.setattr(the_shelf().locks, "hold", busy)
    monkeypatch.setattr(roots, "PATIENCE_SECONDS", 0)
    with roots._making:
        answer = client.get("/simple/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert client.get("/simple/").status_code == 200


def test_a_page_has_the_number_of_a_change_of_roles(client, demo):
    username = make_account().username
    read(client)
    for change in (partial(roles.grant_role, kind="maintainer"), roles.remove_role):
        with transaction():
            change(OPERATOR, demo.id, username=username)
        assert read(client)["meta"]["_last-serial"] == last_serial()
