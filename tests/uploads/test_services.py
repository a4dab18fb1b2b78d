"""What an upload leaves in the catalogue, also when two come at once."""

import pytest
from sqlalchemy import func, select

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
from tests.archives import make_metadata, make_wheel, wheel_name
from tests.factories import make_account
from tests.uploads.clients import assert_refused, form_of, publish_wheel, snapshot


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


def test_one_job_renders_the_description_of_a_release(ada, app, monkeypatch):
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)
    ada.wheel()
    ada.sdist()
    assert db.session.scalars(select(Job.name)).all() == ["render-description"]
