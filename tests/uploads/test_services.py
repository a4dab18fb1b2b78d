"""What an upload leaves in the catalogue, also when two come at once."""

import hashlib
import threading

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from app.accounts.actors import OPERATOR, Actor
from app.core.database import transaction
from app.core.models import Job
from app.core.storage import blobs
from app.extensions import db
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.projects import services as catalogue
from app.projects.models import (
    Classifier,
    Dependency,
    File,
    Language,
    License,
    Project,
    ProjectUrl,
    Release,
    Role,
)
from app.projects.queries import find_project
from app.projects.roles import grant_role
from app.uploads import intake
from app.uploads.exceptions import InvalidForm, NotAnUploader
from app.uploads.uploadform import UploadForm
from tests import conftest
from tests.archives import make_metadata, make_wheel, wheel_name
from tests.factories import make_account
from tests.uploads.clients import assert_refused, form_of, snapshot


def release_of(ada, **fields):
    assert ada.wheel(**fields).status_code == 200
    return db.session.scalars(select(Release)).one()


def tags():
    return list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))


def actor_of(account):
    return Actor(account.id, account.username)


def test_the_first_file_takes_the_name(ada):
    ada.wheel("Foo.Bar")
    project = db.session.scalars(select(Project)).one()
    role = db.session.scalars(select(Role)).one()
    assert (project.name, project.normalized_name) == ("Foo.Bar", "foo-bar")
    assert (role.account_id, role.kind) == (ada.account.id, "owner")
    assert tags() == ["project-created", "release-created", "file-published"]


def test_the_newest_release_and_the_serial_are_noted(ada):
    ada.wheel(version="1.0")
    ada.wheel(version="2.0rc1")
    project = db.session.scalars(select(Project)).one()
    assert db.session.get(Release, project.latest_release_id).version == "1.0"
    assert project.last_serial == get_index().last_serial > 0


def test_a_release_says_what_the_file_says(ada):
    release = release_of(
        ada,
        summary="Sum.",
        description="# Title",
        description_content_type="text/markdown",
        keywords="a,b",
        author="Ada",
        author_email="ada@example.com",
        requires_python=">=3.9",
        license_expression="MIT",
        license_files=["LICENSE"],
        extras=["fast"],
        headers=[("Platform", "any"), ("Home-page", "https://example.com/")],
    )
    assert (release.summary, release.author, release.requires_python) == ("Sum.", "Ada", ">=3.9")
    assert release.home_page == "https://example.com/"
    assert release.description_content_type == "text/markdown"
    assert release.details == {
        "license_files": ["LICENSE"],
        "platforms": ["any"],
        "provides_extra": ["fast"],
    }
    assert release.license.name == release.license_expression == "MIT"
    assert release.published_by == ada.account.id


def test_dependencies_know_the_name_and_the_extra(ada):
    release_of(
        ada,
        requires_dist=["Dep.One>=1", 'dep_two; extra == "Fast_Path" and python_version > "3"'],
        extras=["fast-path"],
    )
    rows = db.session.scalars(select(Dependency).order_by(Dependency.position))
    assert [(row.normalized_name, row.extra) for row in rows] == [
        ("dep-one", None),
        ("dep-two", "fast-path"),
    ]


def test_links_keep_their_order(ada):
    release_of(ada, project_urls=[("Source", "https://b.example/"), ("Docs", "https://a.example/")])
    rows = db.session.scalars(select(ProjectUrl).order_by(ProjectUrl.position))
    assert [row.label for row in rows] == ["Source", "Docs"]


def test_classifiers_and_languages_are_shared(ada):
    classifiers = ["Programming Language :: Python :: 3", "Programming Language :: Rust"]
    ada.wheel(classifiers=classifiers)
    ada.wheel("other", classifiers=classifiers[:1])
    assert db.session.scalar(select(func.count()).select_from(Classifier)) == 2
    assert sorted(db.session.scalars(select(Language.name))) == ["Python", "Rust"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"license_expression": "MIT OR Apache-2.0"}, "MIT OR Apache-2.0"),
        ({"classifiers": ["License :: OSI Approved :: MIT License"]}, "MIT License"),
        (
            {
                "classifiers": [
                    "License :: OSI Approved :: BSD License",
                    "License :: OSI Approved :: MIT License",
                ]
            },
            "BSD License, MIT License",
        ),
        (
            {"classifiers": ["License :: OSI Approved"], "headers": [("License", "Mine\n  only")]},
            "Mine",
        ),
        ({}, None),
    ],
    ids=["expression", "classifier", "classifiers", "text", "none"],
)
def test_the_licence_is_found_where_it_stands(ada, fields, expected):
    release_of(ada, **fields)
    assert db.session.scalar(select(License.name)) == expected


def test_later_files_change_nothing_of_a_release(ada):
    ada.wheel(summary="First.", requires_python=">=3.9", requires_dist=["one"])
    ada.sdist(summary="Second.", requires_python=">=3.12", requires_dist=["two"])
    release = db.session.scalars(select(Release)).one()
    files = db.session.scalars(select(File).order_by(File.filetype))
    assert release.summary == "First."
    assert db.session.scalars(select(Dependency.requirement)).all() == ["one"]
    assert [file.requires_python for file in files] == [">=3.9", ">=3.12"]


def test_only_wheels_have_metadata_beside_them(ada):
    ada.wheel()
    ada.sdist()
    wheel, sdist = db.session.scalars(select(File).order_by(File.filetype)).all()
    assert blobs().find_size(wheel.metadata_sha256) == len(make_metadata())
    assert sdist.metadata_sha256 is None


def test_a_file_knows_its_digests_and_tag(ada):
    ada.wheel(form={"comment": "rebuilt"})
    file = db.session.scalars(select(File)).one()
    assert (file.python_tag, file.comment) == ("py3", "rebuilt")
    assert (len(file.md5), len(file.sha256), len(file.blake2_256)) == (32, 64, 64)


def test_a_deleted_release_begins_anew(ada):
    release = release_of(ada, summary="Old.", requires_dist=["one"])
    with transaction():
        catalogue.yank(actor_of(ada.account), release.id, "bad")
        catalogue.delete_release(actor_of(ada.account), release.id, "1.0")
    form = form_of(make_wheel(summary="New."), wheel_name(tag="1-py3-none-any"))
    assert ada.send(form).status == "200 OK"
    anew = db.session.scalars(select(Release)).one()
    assert anew.id == release.id
    assert (anew.summary, anew.removed_at, anew.yanked_at) == ("New.", None, None)
    assert db.session.scalars(select(Dependency)).all() == []


@pytest.fixture
def deleted(ada):
    ada.wheel()
    project = db.session.scalars(select(Project)).one()
    with transaction():
        catalogue.delete_project(actor_of(ada.account), project.id, project.name)
    return project


def test_a_deleted_name_is_not_given_to_others(deleted, uploader):
    response = uploader().wheel(version="2.0")
    assert_refused(response, 403, "only its owners may publish it again", "not-allowed")
    assert deleted.removed_at is not None


def test_a_maintainer_does_not_bring_a_deleted_project_back(deleted, uploader):
    bob = make_account("bob")
    deleted.removed_at = None
    db.session.commit()
    with transaction():
        grant_role(OPERATOR, deleted.id, "bob", "maintainer")
        catalogue.delete_project(OPERATOR, deleted.id, deleted.name)
    assert uploader(bob).wheel(version="2.0").status_code == 403


def test_owners_bring_a_deleted_project_back(ada, deleted):
    assert ada.wheel(version="2.0").status == "200 OK"
    project = find_project(deleted.index_id, "foo-bar")
    assert project.id == deleted.id
    assert tags()[-3:] == ["project-created", "release-created", "file-published"]


def test_admins_bring_a_deleted_project_back(deleted, uploader):
    admin = uploader(make_account(is_admin=True))
    assert admin.wheel(version="2.0").status == "200 OK"
    assert find_project(deleted.index_id, "foo-bar") is not None


def test_another_kind_of_file_is_not_taken(app, tmp_path):
    (tmp_path / "foo_bar-1.0.egg").write_bytes(b"egg")
    with pytest.raises(InvalidForm, match="neither a wheel nor a source archive"):
        intake.take_file(OPERATOR, "main", tmp_path / "foo_bar-1.0.egg")


def test_a_file_in_quarantine_is_not_taken_again(ada):
    ada.wheel()
    with transaction():
        catalogue.quarantine_file(db.session.scalars(select(File.id)).one(), "bad")
    assert_refused(ada.wheel(), 403, "in quarantine", "file-quarantined")


def test_bytes_that_a_sweep_took_are_asked_for_again(ada, monkeypatch):
    monkeypatch.setattr(intake, "store", lambda *_: None)
    assert_refused(ada.wheel(), 503, "not available", "storage-unavailable")
    assert snapshot() == ([0, 0, 0], [])


def test_rights_are_asked_again_when_the_file_is_written_down(ada, monkeypatch):
    ada.wheel()
    bob = make_account("bob")
    before = snapshot()[0]
    monkeypatch.setattr("app.uploads.candidates.demand_upload", lambda *_: None)
    with pytest.raises(NotAnUploader):
        publish_wheel(actor_of(bob), version="2.0")
    assert snapshot()[0] == before


def publish_wheel(actor, name="foo_bar", version="1.0", tag="py3-none-any", **fields):
    content = make_wheel(name, version, **fields)
    digests = {"sha256": hashlib.sha256(content).hexdigest()}
    filename = wheel_name(name, version, tag)
    form = UploadForm(filename, "bdist_wheel", name, version, digests)
    with blobs().receive() as incoming:
        incoming.write(content)
        return intake.take_in(actor, "main", form, incoming)


def test_one_job_renders_the_description_of_a_release(ada, app, monkeypatch):
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)
    ada.wheel()
    ada.sdist()
    assert db.session.scalars(select(Job.name)).all() == ["render-description"]


@pytest.fixture
def real_app(tmp_path):
    """Give an application of its own, with files that threads can fight for."""
    made = create_app(conftest.testing_config(tmp_path))
    with made.app_context():
        upgrade()
        yield made
        db.session.remove()
        db.engine.dispose()


def together(app, *deeds):
    """Do several things at the same time; return what each gave or raised."""
    start = threading.Barrier(len(deeds))
    outcomes = [None] * len(deeds)

    def run(number, deed):
        with app.app_context():
            start.wait()
            try:
                outcomes[number] = deed()
            except Exception as error:
                outcomes[number] = error
            finally:
                db.session.remove()
                db.engine.dispose()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


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
