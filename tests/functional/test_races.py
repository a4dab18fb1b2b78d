"""Two at once: what threads do to one database, on each of them."""

import os
import shutil
import subprocess
import sys
import threading
from functools import partial

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from app import create_app
from app.accounts.actors import OPERATOR, Actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.projects import services as catalogue
from app.projects.models import Dependency, File, Project, Release
from app.simple import pages
from app.simple.inspection import find_faults
from app.uploads import intake
from app.uploads.exceptions import NameRefused, NotAnUploader
from config import ROOT
from tests import conftest
from tests.factories import make_account
from tests.functional.threads import together
from tests.uploads.clients import publish_wheel, snapshot


def test_check_35_the_same_file_at_once_is_stored_once(real_app):
    outcomes = together(real_app, *[lambda: publish_wheel(OPERATOR)] * 4)
    assert sorted(outcome.is_new for outcome in outcomes) == [False, False, False, True]
    assert snapshot()[0] == [1, 1, 1]


def test_check_35_other_bytes_at_once_are_refused(real_app):
    deeds = [
        lambda members=members: publish_wheel(OPERATOR, members=members)
        for members in ({"a.py": b"1"}, {"a.py": b"2"}, {"a.py": b"3"})
    ]
    outcomes = together(real_app, *deeds)
    codes = sorted(getattr(outcome, "code", "published") for outcome in outcomes)
    assert codes == ["file-exists", "file-exists", "published"]
    assert snapshot()[0] == [1, 1, 1]


def test_check_36_two_files_of_a_new_version_at_once_are_both_stored(real_app):
    tags = ("py3-none-any", "cp311-cp311-linux_x86_64", "cp312-cp312-linux_x86_64")
    deeds = [
        lambda tag=tag: publish_wheel(
            OPERATOR, tag=tag, members={"a.py": tag.encode()}, requires_dist=["one", "two"]
        )
        for tag in tags
    ]
    assert all(outcome.is_new for outcome in together(real_app, *deeds))
    assert snapshot()[0] == [1, 1, 3]
    assert db.session.scalar(select(func.count()).select_from(Dependency)) == 2


def test_a_name_at_once_is_taken_once(real_app):
    ada, bob = make_account("ada"), make_account("bob")
    actors = [Actor(who.id, who.username, has_confirmed_email=True) for who in (ada, bob)]
    deeds = [
        lambda actor=actor, version=version: publish_wheel(actor, version=version)
        for actor, version in zip(actors, ("1.0", "2.0"), strict=True)
    ]
    outcomes = together(real_app, *deeds)
    assert sorted(isinstance(outcome, NotAnUploader) for outcome in outcomes) == [False, True]
    assert snapshot()[0] == [1, 1, 1]


def test_check_38_a_killed_upload_leaves_nothing_that_is_listed(real_app, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(intake, "publish", die)
        with pytest.raises(Killed):
            publish_wheel(OPERATOR)
    assert snapshot()[0] == [0, 0, 0]
    assert publish_wheel(OPERATOR).is_new


def test_changes_of_one_project_wait_for_each_other(real_app):
    for number in range(5):
        name = f"foo{number}_bar"
        for version in ("1.0", "2.0"):
            publish_wheel(OPERATOR, name, version)
        first, second = db.session.scalars(
            select(File).join(Release).where(File.filename.startswith(name)).order_by(File.id)
        )
        project_id = first.release.project_id
        db.session.remove()
        outcomes = together(
            real_app,
            lambda name=name: publish_wheel(OPERATOR, name, "2.0", "py2-none-any"),
            lambda file_id=second.id: change(catalogue.quarantine_file, file_id, "for a test"),
            lambda release_id=first.release_id: change(catalogue.yank, OPERATOR, release_id, ""),
            lambda file_id=first.id: change(catalogue.quarantine_file, file_id, "for a test"),
            lambda project_id=project_id, name=name: change(
                catalogue.delete_project, OPERATOR, project_id, name
            ),
        )
        failed = [each for each in outcomes if isinstance(each, Exception)]
        assert all(isinstance(each, DomainError) for each in failed), failed


def test_two_first_starts_wait_for_each_other(postgres, tmp_path):
    environ = os.environ | {
        "DATABASE_URL": postgres.make_database("two_starts"),
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "db", "upgrade"]
    starts = [subprocess.Popen(command, env=environ, cwd=ROOT) for _ in range(3)]
    assert [start.wait(timeout=60) for start in starts] == [0, 0, 0]


def change(deed, *values):
    with transaction():
        deed(*values)


def test_names_that_look_alike_are_not_both_taken_at_once(real_app):
    for number in range(5):
        ada, bob = make_account(), make_account()
        deeds = [
            lambda who=who, name=name: publish_wheel(
                Actor(who.id, who.username, has_confirmed_email=True), name
            )
            for who, name in ((ada, f"toast{number}ing"), (bob, f"t0ast{number}ing"))
        ]
        outcomes = together(real_app, *deeds)
        assert sorted(isinstance(each, NameRefused) for each in outcomes) == [False, True], outcomes


def test_readers_and_writers_at_once_leave_a_sound_shelf(real_app):
    for name in ("one", "two"):
        publish_wheel(OPERATOR, name)
    releases = list(db.session.scalars(select(Release.id).order_by(Release.id)))
    db.session.remove()
    writers = [partial(yank_again_and_again, release_id) for release_id in releases]
    publishers = [partial(publish_again_and_again, name) for name in ("one", "three")]
    paths = ("/simple/", "/simple/one/", "/simple/two/")
    readers = [partial(list_serials, real_app, path) for path in paths * 2]
    others = [*writers, *publishers, partial(tear_down_the_shelf, real_app)]
    outcomes = together(real_app, *readers, *others)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    for serials in outcomes[: len(readers)]:
        assert serials == sorted(serials)
    assert list(find_faults("main")) == []


def yank_again_and_again(release_id):
    for number in range(15):
        change(catalogue.yank, OPERATOR, release_id, f"reason {number}")
        change(catalogue.unyank, OPERATOR, release_id)


def publish_again_and_again(name):
    for number in range(5):
        publish_wheel(OPERATOR, name, f"{number}.5")
        publish_wheel(OPERATOR, f"new-{name}-{number}")


def tear_down_the_shelf(app):
    for _ in range(30):
        shutil.rmtree(app.config["DATA_DIR"] / "shelf", ignore_errors=True)


def list_serials(app, path):
    """Read a page again and again and return the numbers of the changes that it shows."""
    answers = [app.test_client().get(path) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.get_data() for answer in answers)
    return [int(answer.headers["X-PyPI-Last-Serial"]) for answer in answers]


def test_reader_who_began_before_an_index_was_closed_opens_it_to_nobody(real_app, monkeypatch):
    publish_wheel(OPERATOR, "one")
    tear_down_the_shelf(real_app)
    reading, closed = threading.Event(), threading.Event()
    render = pages.texts_of

    def render_slowly(page, slug):
        reading.set()
        assert closed.wait(30)
        return render(page, slug)

    def close():
        assert reading.wait(30)
        change(lambda: change_visibility(get_index(), "members"))
        closed.set()

    monkeypatch.setattr(pages, "texts_of", render_slowly)
    ask = partial(real_app.test_client().get, "/simple/one/")
    outcomes = together(real_app, ask, close)
    assert outcomes[0].status_code == 200
    monkeypatch.undo()
    assert real_app.test_client().get("/simple/one/").status_code == 401
    db.session.remove()
    assert list(find_faults("main")) == []


def test_commit_that_outlives_its_process_leaves_no_old_page(postgres, tmp_path):
    """PostgreSQL goes on with a commit although who told it so is dead."""
    url = postgres.make_database("outlived")
    made = create_app(conftest.testing_config(tmp_path, DATABASE_URL=url))
    with made.app_context():
        upgrade()
        publish_wheel(OPERATOR, "one")
        release = db.session.scalars(select(Release.id)).one()
        for statement in SLOW_COMMIT:
            with transaction() as session:
                session.execute(text(statement))
        environ = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-c", YANK, str(release)]
        with subprocess.Popen(command, env=environ, cwd=ROOT) as yanker:
            await_commit(yanker)
            yanker.kill()
        made.test_client().get("/simple/one/")
        db.session.remove()
        # It waits for the row, so for the commit.
        change(lambda: db.session.execute(select(Project.id).with_for_update()))
        db.session.remove()
        assert list(find_faults("main")) == []
        assert b"data-yanked" in made.test_client().get("/simple/one/").data
        db.session.remove()
        db.engine.dispose()


def await_commit(process):
    """Wait until the database is doing what a process told it as the last thing."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'"
    )
    while process.poll() is None and not db.session.scalar(asked):
        db.session.rollback()
    db.session.remove()
    assert process.poll() is None


SLOW_COMMIT = (
    "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE ON release"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()",
)
YANK = """
import sys
from app import create_app
from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.projects.services import yank

with create_app().app_context(), transaction():
    yank(OPERATOR, int(sys.argv[1]), "outlived")
"""
