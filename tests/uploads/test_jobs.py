import pytest
from sqlalchemy import select

from app.core import clock
from app.core.models import Job
from app.core.storage import blobs
from app.core.storage.local import LocalStorage
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import File
from app.uploads import candidates, jobs
from tests.archives import make_wheel
from tests.factories import make_file, make_project, make_release
from tests.uploads.clients import form_of

LIAR = make_wheel(
    record=(
        b"foo_bar.py,sha256=AAAA,12\nfoo_bar-1.0.dist-info/METADATA,,\n"
        b"foo_bar-1.0.dist-info/WHEEL,,\nfoo_bar-1.0.dist-info/RECORD,,\n"
    )
)


@pytest.fixture(params=["local", "memory"])
def storage(request, app, tmp_path):
    if request.param == "local":
        (tmp_path / "blobs").mkdir()
        app.extensions["blobs"] = LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
    return blobs()


def test_an_honest_wheel_stays(storage):
    file = make_file(make_release(), content=make_wheel())
    jobs.verify(file.id)
    assert db.session.get(File, file.id).is_servable


def test_a_wheel_that_lies_is_stopped(storage):
    file = make_file(make_release(), content=LIAR)
    jobs.verify(file.id)
    stopped = db.session.get(File, file.id)
    assert not stopped.is_servable
    assert stopped.quarantine_reason.startswith("foo_bar")


def test_a_wheel_that_cannot_be_read_is_stopped(app):
    file = make_file(make_release(), content=b"no zip")
    jobs.verify(file.id)
    assert not db.session.get(File, file.id).is_servable


def test_a_file_that_was_removed_is_left(app):
    file = make_file(make_release(), content=b"no zip", removed_at=clock.now())
    jobs.verify(file.id)
    jobs.verify(file.id + 1)
    assert db.session.get(File, file.id).quarantined_at is None


def test_a_big_wheel_is_verified_by_a_job(ada, monkeypatch, app):
    monkeypatch.setattr(candidates, "VERIFIED_AT_ONCE", 10)
    with monkeypatch.context() as patch:
        patch.setitem(app.extensions, "wake", lambda job_id: None)
        assert ada.wheel().status == "200 OK"
    names = db.session.scalars(select(Job.name).order_by(Job.id)).all()
    assert names == ["render-description", "verify-record"]


def test_a_big_wheel_that_lies_is_stopped_after_it_was_taken(ada, monkeypatch):
    monkeypatch.setattr(candidates, "VERIFIED_AT_ONCE", 10)
    assert ada.send(form_of(LIAR, "foo_bar-1.0-py3-none-any.whl")).status == "200 OK"
    assert not db.session.scalars(select(File)).one().is_servable


def test_a_wheel_that_lies_is_stopped_in_every_index(app):
    copies = [
        make_file(make_release(make_project("foo_bar", index=get_index(slug))), content=LIAR)
        for slug in ("main", "staging")
    ]
    jobs.verify(copies[0].id)
    assert not any(db.session.get(File, copy.id).is_servable for copy in copies)


def test_a_copy_of_a_wheel_that_was_removed_is_verified_all_the_same(app):
    first = make_file(make_release(), content=LIAR, removed_at=clock.now())
    staging = make_project("foo_bar", index=get_index("staging"))
    copy = make_file(make_release(staging), content=LIAR)
    jobs.verify(first.id)
    assert not db.session.get(File, copy.id).is_servable
