"""`flask mirror prune` on real files."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.database import transaction
from app.core.storage import blobs
from app.extensions import db
from app.mirror.models import MirroredFile


@pytest.fixture
def run(house, mirror, upstream):
    """Give a function that runs a command about mirrors, with two projects here."""

    def run(*args):
        db.session.rollback()
        return house.test_cli_runner().invoke(args=["mirror", *args])

    for name in ("six", "flask"):
        upstream.add_wheel(name, "1.0")
        upstream.add_sdist(name, "1.0")
    assert run("prefetch", "six", "flask").exit_code == 0
    age(hours=1)
    return run


def age(**span):
    """Let all files have been used some time ago."""
    with transaction() as session:
        session.execute(update(MirroredFile).values(used_at=clock.now() - timedelta(**span)))


def held():
    db.session.rollback()
    wanted = select(MirroredFile.filename).where(MirroredFile.sha256.is_not(None))
    return sorted(db.session.scalars(wanted))


def test_all_files_go_and_their_bytes_are_freed(run, now):
    digests = db.session.scalars(select(MirroredFile.sha256)).all()
    # Blobs that came a moment ago are left to the sweep.
    now(clock.now() + timedelta(hours=1))
    done = run("prune", "--all")
    assert done.exit_code == 0, done.output
    assert "4 files (0.0 MB) removed." in done.output
    assert held() == []
    assert [blobs().find_size(digest) for digest in digests] == [None] * 4


def test_of_one_project_only(run):
    assert "2 files" in run("prune", "--project", "SIX").output
    assert held() == ["flask-1.0-py3-none-any.whl", "flask-1.0.tar.gz"]


def test_only_what_nobody_used_for_a_time(run):
    assert "0 files" in run("prune", "--unused-days", "2").output
    age(days=3)
    assert "4 files" in run("prune", "--unused-days", "2").output


def test_a_dry_run_removes_nothing(run):
    assert "4 files (0.0 MB) would go." in run("prune", "--all", "--dry-run").output
    assert len(held()) == 4


def test_pinned_files_stay(run):
    run("prefetch", "six", "--pin")
    assert "2 files" in run("prune", "--all").output
    assert held() == ["six-1.0-py3-none-any.whl", "six-1.0.tar.gz"]


def test_files_that_may_be_in_use_stay(run):
    age(seconds=10)
    assert "0 files" in run("prune", "--all").output


def test_what_was_removed_comes_again(run, upstream):
    run("prune", "--all")
    assert "2 files fetched" in run("prefetch", "six").output


def test_something_must_be_said(run):
    assert run("prune").exit_code == 2
