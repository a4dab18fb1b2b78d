from datetime import UTC, datetime

import pytest

from app.core import clock
from app.core.database import transaction
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.indexes.queries import get_index
from app.mongo import rows as copied
from app.projects.exceptions import FileWithdrawn
from app.projects.models import (
    Classifier,
    Dependency,
    Language,
    License,
    Project,
    ProjectUrl,
    Release,
    ReleaseClassifier,
    ReleaseLanguage,
    Role,
)
from app.sources import queries as reading
from app.sources.page import Person
from app.sources.registry import source_for
from tests.factories import make_account, make_file, make_project, make_release
from tests.mongo.serving import Fresh, served_from


@pytest.fixture(params=["sql", "mongodb"])
def source(app, request):
    if request.param == "sql":
        yield source_for(get_index())
        return
    with served_from(app, request.getfixturevalue("mongo_url")):
        yield Fresh(source_for(get_index()))


@pytest.fixture
def change(app):
    """A function that changes columns of the first project, release or file."""

    def set_columns(model, **facts):
        with transaction():
            row = db.session.query(model).first()
            for name, value in facts.items():
                setattr(row, name, value)

    return set_columns


def test_a_page_lists_files_by_version_and_name(source):
    project = make_project("Foo.Bar")
    for version in ("1.10", "1.9", "1.10rc1"):
        release = make_release(project, version)
        make_file(release)
        make_file(release, f"foo_bar-{version}.tar.gz")
    page = source.find_page("foo_BAR")
    assert page.versions == ("1.9", "1.10rc1", "1.10")
    assert [file.filename for file in page.files[-2:]] == [
        "foo_bar-1.10-py3-none-any.whl",
        "foo_bar-1.10.tar.gz",
    ]
    assert (page.name, page.normalized_name) == ("Foo.Bar", "foo-bar")
    assert page.serial == project.last_serial


def test_an_unknown_project_has_no_page(source):
    assert source.find_page("nothing") is None


def test_a_project_without_files_has_an_empty_page(source):
    make_release(make_project("foo"))
    assert source.find_page("foo").files == ()


def test_a_release_is_found_with_its_history(source):
    project = make_project("foo")
    make_file(make_release(project, "1.0", summary="good"))
    make_file(make_release(project, "1.1", yanked=""))
    make_file(make_release(project, "2.0rc1"))
    detail = source.find_release("foo")
    assert (detail.version, detail.summary) == ("1.0", "good")
    assert detail.latest_stable_version == "1.0"
    assert [line.version for line in detail.releases] == ["2.0rc1", "1.1", "1.0"]
    assert [line.is_yanked for line in detail.releases] == [False, True, False]
    assert [line.file_count for line in detail.releases] == [1, 1, 1]
    assert detail.release_count == 3
    assert [file.filename for file in detail.files] == ["foo-1.0-py3-none-any.whl"]


@pytest.mark.parametrize(
    ("versions", "yanked", "latest", "stable"),
    [
        (["1.0", "2.0"], [], "2.0", "2.0"),
        (["1.0", "2.0", "3.0rc1"], [], "2.0", "2.0"),
        (["1.0", "2.0"], ["2.0"], "1.0", "1.0"),
        (["1.0a1", "1.0b1"], [], "1.0b1", None),
        (["1.0", "2.0rc1"], ["1.0"], "2.0rc1", None),
        (["1.0", "2.0rc1"], ["1.0", "2.0rc1"], "2.0rc1", None),
    ],
)
def test_the_release_to_install_is_the_default(source, versions, yanked, latest, stable):
    project = make_project("foo")
    for version in versions:
        make_release(project, version, yanked="" if version in yanked else None)
    detail = source.find_release("foo")
    assert (detail.version, detail.latest_version) == (latest, latest)
    assert detail.latest_stable_version == stable


def test_a_version_may_be_spelled_otherwise(source):
    make_release(make_project("foo"), "1.0")
    assert source.find_release("Foo", "v1.0.0").version == "1.0"
    assert source.find_release("foo", "2") is None
    assert source.find_release("foo", "nonsense") is None


def test_removed_releases_are_not_found(source, change):
    make_release(make_project("foo"), "1.0")
    change(Release, removed_at=clock.now())
    assert source.find_release("foo") is None
    assert source.find_release("foo", "1.0") is None


def test_what_belongs_to_a_release_comes_with_it(source):
    project = make_project("foo")
    license = License(name="MIT")
    db.session.add(license)
    db.session.flush()
    release = make_release(
        project,
        "1.0",
        license_id=license.id,
        keywords="b, a,,c d",
        details={"platforms": ["any"], "import_names": ["foo"]},
    )
    add_belongings(project, release)
    detail = source.find_release("foo")
    assert detail.license_name == "MIT"
    assert detail.keywords == ("b", "a", "c d")
    assert (detail.platforms, detail.import_names, detail.dynamic) == (("any",), ("foo",), ())
    assert detail.classifiers == ("A", "B")
    assert detail.languages == ("Rust",)
    assert detail.requires_dist == ("z", "a")
    assert detail.project_urls == (("Docs", "https://d"), ("Bugs", "https://b"))
    assert detail.people == (
        Person(username="zoe", name="Zoë", role="owner"),
        Person(username="abe", name="", role="maintainer"),
    )


def add_belongings(project, release):
    accounts = {"zoe": make_account("zoe", name="Zoë"), "abe": make_account("abe")}
    classifiers = [Classifier(name="B"), Classifier(name="A")]
    language = Language(name="Rust")
    db.session.add_all([*classifiers, language])
    db.session.flush()
    here = {"release_id": release.id}
    db.session.add_all(
        [
            *(ReleaseClassifier(classifier_id=one.id, **here) for one in classifiers),
            ReleaseLanguage(language_id=language.id, **here),
            Dependency(position=0, requirement="z", normalized_name="z", **here),
            Dependency(position=1, requirement="a", normalized_name="a", **here),
            ProjectUrl(position=0, label="Docs", url="https://d", **here),
            ProjectUrl(position=1, label="Bugs", url="https://b", **here),
        ]
    )
    for name, kind in (("zoe", "owner"), ("abe", "maintainer")):
        account_id = accounts[name].id
        role = Role(project_id=project.id, account_id=account_id, kind=kind, created_at=clock.now())
        db.session.add(role)
    db.session.commit()


def test_old_keywords_are_split_at_spaces(source):
    make_release(make_project("foo"), keywords="a  b")
    assert source.find_release("foo").keywords == ("a", "b")


def test_a_project_in_quarantine_shows_no_files(source, change):
    make_file(make_release(make_project("foo")))
    change(Project, status="quarantined", status_reason="malware")
    page, detail = source.find_page("foo"), source.find_release("foo")
    assert (page.files, page.versions, page.status_reason) == ((), (), "malware")
    assert (detail.files, detail.status) == ((), "quarantined")
    assert list(source.names()) == []


def test_names_are_sorted_by_their_normalised_form(source):
    for name in ("b", "C.c", "A_a"):
        make_project(name)
    assert list(source.names()) == [("A_a", "a-a"), ("b", "b"), ("C.c", "c-c")]


def test_a_file_is_found_by_digest_and_name(source):
    wheel = make_file(make_release(make_project("Foo"), "1.0"), content=b"12345")
    stored = source.find_file(wheel.sha256, wheel.filename)
    assert (stored.size, stored.project, stored.version) == (5, "foo", "1.0")
    assert source.find_file(wheel.sha256, "other.whl") is None
    assert source.find_file("ab" * 32, wheel.filename) is None


def test_core_metadata_is_found_by_its_wheel(source):
    wheel = make_file(metadata=b"123")
    stored = source.find_metadata(wheel.sha256, wheel.filename)
    assert stored.filename == f"{wheel.filename}.metadata"
    assert (stored.sha256, stored.size) == (wheel.metadata_sha256, 3)


def test_sdists_and_unknown_files_have_no_core_metadata(source):
    sdist = make_file(filename="foo-1.0.tar.gz")
    assert source.find_metadata(sdist.sha256, sdist.filename) is None
    assert source.find_metadata(sdist.sha256, "other.whl") is None


def test_core_metadata_that_got_lost_is_our_failure(source):
    wheel = make_file()
    blobs().delete(wheel.metadata_sha256)
    with pytest.raises(StorageUnavailable):
        source.find_metadata(wheel.sha256, wheel.filename)


def test_a_file_in_quarantine_is_withdrawn(source):
    wheel = make_file(quarantined_at=clock.now())
    with pytest.raises(FileWithdrawn):
        source.find_file(wheel.sha256, wheel.filename)
    with pytest.raises(FileWithdrawn):
        source.find_metadata(wheel.sha256, wheel.filename)


def test_times_are_in_utc(source, now):
    moment = now(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    make_file(make_release(make_project("foo")))
    assert source.find_page("foo").files[0].uploaded_at == moment


def test_a_long_history_is_cut_and_counted(source, monkeypatch):
    monkeypatch.setattr(reading, "NEWEST_RELEASES", 2)
    monkeypatch.setattr(copied, "NEWEST_RELEASES", 2)
    project = make_project("foo")
    for version in ("1", "2", "3"):
        make_release(project, version)
    detail = source.find_release("foo", "1")
    assert [line.version for line in detail.releases] == ["3", "2"]
    assert detail.release_count == 3


@pytest.mark.parametrize("releases", [1, 12])
def test_queries_do_not_grow_with_the_project(app, queries, releases):
    source = source_for(get_index())
    project = make_project("foo")
    for number in range(releases):
        make_file(make_release(project, f"{number}.0"))
    queries.clear()
    source.find_page("foo")
    for_page = len(queries)
    source.find_release("foo")
    assert (for_page, len(queries) - for_page) == (2, 4)
