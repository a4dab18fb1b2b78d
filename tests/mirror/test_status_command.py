"""`flask mirror status` after real fetches."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.mirror.models import MirroredProject
from app.stats.counter import Download
from app.stats.services import add_downloads
from tests.upstreams import Refuse


@pytest.fixture
def run(house, mirror):
    """Give a function that runs a command about mirrors."""

    def run(*args):
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["mirror", *args])

    return run


def figures(run):
    done = run("status", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    (mirror,) = told.pop("mirrors")
    return told | mirror


def test_a_mirror_that_nobody_used(run, upstream):
    told = figures(run)
    assert told["upstream"] == upstream.origin.removeprefix("http://")
    assert told["is_up"] is None
    assert (told["projects"], told["files"], told["hit_rate"]) == (0, 0, None)
    assert "nobody has asked yet" in run("status").output


def test_what_is_here_is_counted(run, upstream):
    upstream.add_wheel("six", "1.0")
    size = upstream.add_wheel("flask", "1.0").content
    run("refresh", "six", "gone")
    run("prefetch", "flask", "--pin")
    told = figures(run)
    assert (told["projects"], told["due"], told["files"]) == (2, 0, 1)
    assert told["bytes"] == told["pinned_bytes"] == len(size)
    assert told["is_up"] is True
    assert "Projects:  2, 0 of them due" in run("status").output


def test_pages_older_than_the_setting_are_due(run, upstream):
    upstream.add_wheel("six", "1.0")
    run("refresh", "six")
    old = clock.now() - timedelta(minutes=11)
    with transaction() as session:
        session.execute(update(MirroredProject).values(fetched_at=old))
    assert figures(run)["due"] == 1


def test_what_it_saves(run, upstream):
    file = upstream.add_wheel("six", "1.0")
    run("prefetch", "six")
    named = {"index_slug": "pypi", "sha256": file.sha256, "filename": file.filename}
    with transaction():
        add_downloads({Download(day=clock.today(), **named): 10})
    told = figures(run)
    assert told["use"]["downloads"] == 10
    assert told["hit_rate"] == 0.9
    assert 0 < told["saved_bytes"] < 10 * len(file.content)
    assert "10 downloads, 90.0% from here" in run("status").output


def test_an_upstream_that_is_down(run, upstream):
    upstream.breaks(Refuse())
    for name in ("a", "b", "c"):
        run("refresh", name)
    told = figures(run)
    assert told["is_up"] is False
    assert told["last_error"]
    assert "State:     down since " in run("status").output


def test_no_login_is_shown(run, mirror, upstream, settings):
    settings["UPSTREAMS"] = {"pypi": upstream.url.replace("//", "//reader:hush@")}
    for output in (run("status").output, run("status", "--json").output):
        assert "hush" not in output
        assert "reader" not in output


def test_a_mirror_that_is_off(run, mirror):
    with transaction() as session:
        session.merge(mirror).upstream_url = None
    assert "none, so the mirror is off" in run("status").output


def test_an_index_that_is_not_there(run):
    assert run("status", "--index", "nowhere").exit_code == 1
