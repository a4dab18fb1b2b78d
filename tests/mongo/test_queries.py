"""Questions to documents, by what is embedded in them; nothing of a closed index is told."""

import pytest

from app.extensions import db
from app.mongo.migrating import migrate
from app.mongo.queries import (
    Share,
    count_languages,
    count_licenses,
    find_project,
    find_release_of,
    list_of_people,
    list_public,
    list_with,
)
from app.projects.models import Language, License, ReleaseLanguage
from tests.factories import make_account, make_file, make_index, make_project, make_release


@pytest.fixture
def file(mongo):
    """Give a file of a catalogue with an open and a closed index that was copied."""
    ada, mit, python = make_account("ada"), License(name="MIT"), Language(name="Python")
    first = make_release(make_project("Cheese.Shop", owner=ada), license=mit)
    second = make_release(make_project("brie"), license=License(name="BSD"))
    closed = make_index("lab", visibility="members")
    make_index("window", bases=["lab"])
    make_release(make_project("secret", owner=ada, index=closed), license=mit)
    db.session.add(python)
    db.session.flush()
    for release in (first, second):
        db.session.add(ReleaseLanguage(release_id=release.id, language_id=python.id))
    file = make_file(first)
    migrate(["indexes", "projects"])
    return file


def names(entries):
    return [entry.name for entry in entries]


def test_index_that_looks_into_a_closed_one_is_not_public(file):
    public = list_public()
    assert "main" in public
    assert not {"lab", "window"} & set(public)


def test_first_by_name_in_any_spelling(file):
    assert find_project("cheese_shop", ["main"]).name == "Cheese.Shop"
    assert find_project("secret", ["main"]) is None
    assert find_project("secret", ["main", "lab"]).index == "lab"


def test_by_fields_of_embedded_documents(file):
    assert names(list_of_people(["ada", "bob"], ["main"])) == ["Cheese.Shop"]
    assert names(list_of_people(["ada"], ["main", "lab"])) == ["Cheese.Shop", "secret"]


def test_by_some_of_several_values(file):
    assert names(list_with(["main"], licenses=["MIT", "BSD"])) == ["brie", "Cheese.Shop"]
    assert names(list_with(["main"], licenses=["MIT"], languages=["Python"])) == ["Cheese.Shop"]


def test_release_by_the_digest_of_one_of_its_files(file):
    assert find_release_of(file.sha256, ["main"]).version == "1.0"
    assert find_release_of(file.sha256, ["lab"]) is None


def test_sums_by_licence_and_language(file):
    assert count_licenses(["main"]) == [Share("BSD", 1), Share("MIT", 1)]
    assert count_languages(["main", "lab"]) == [Share("Python", 2)]


def test_summary_tells_nothing_of_closed_indexes_unless_they_are_named(app, file):
    public = app.test_cli_runner().invoke(args=["mongo", "summary"]).output
    assert public.split() == ["Licences", "1", "BSD", "1", "MIT", "Languages", "2", "Python"]
    closed = app.test_cli_runner().invoke(args=["mongo", "summary", "--index", "lab"]).output
    assert closed.split() == ["Licences", "1", "MIT", "Languages"]
