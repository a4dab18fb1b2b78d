"""Rows of SQL become documents: the same ones always, with all that pages need."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import decode, encode

from app.extensions import db
from app.mongo import mapping, rows
from app.mongo.documents import ProjectEntry, ReleaseEntry
from app.mongo.exceptions import DocumentTooLarge
from app.projects.descriptions import render_plain
from app.projects.models import Classifier, Dependency, License, ProjectUrl, ReleaseClassifier
from tests.factories import make_account, make_file, make_project, make_release

AT = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


def project_document(project_id):
    return mapping.map_projects(rows.list_projects([project_id]), [])[project_id]


def release_documents(release):
    refused = []
    parts = [part for parts in mapping.map_releases([release.id], refused) for part in parts]
    if refused:
        raise refused[0]
    return parts


def test_project_has_people_history_and_the_release_to_install(app):
    project = make_project("Cheese.Shop", owner=make_account("ada", name="Ada"))
    make_file(make_release(project, "1.0", summary="Cheese", keywords="brie,edam"))
    make_release(project, "2.0rc1", yanked="mouldy")
    entry = ProjectEntry._from_son(project_document(project.id))
    entry.validate()
    assert entry.key == "main/cheese-shop"
    assert [(role.username, role.kind) for role in entry.roles] == [("ada", "owner")]
    lines = [(line.version, line.file_count, line.yanked_reason) for line in entry.releases]
    assert lines == [("2.0rc1", 0, "mouldy"), ("1.0", 1, "")]
    assert (entry.latest.version, entry.latest.is_stable) == ("1.0", True)
    assert entry.latest.keywords == ["brie", "edam"]
    assert entry.release_count == 2
    assert entry.serial == project.last_serial


def test_removed_project_keeps_its_name_and_nothing_else(app):
    project = make_project("gone", owner=make_account())
    make_release(project)
    project.removed_at = AT
    db.session.commit()
    document = project_document(project.id)
    assert document["removed_at"] is not None
    assert (document["roles"], document["releases"]) == ([], [])
    assert "latest" not in document


def test_release_has_all_that_a_page_shows(app):
    release = make_release(
        make_project("cheese"), "1.0", published_at=AT, license=License(name="MIT")
    )
    classifier = Classifier(name="Topic :: Cheese")
    db.session.add(classifier)
    db.session.flush()
    db.session.add_all(
        [
            ReleaseClassifier(release_id=release.id, classifier_id=classifier.id),
            Dependency(
                release_id=release.id, position=0, requirement="Brie>1", normalized_name="brie"
            ),
            ProjectUrl(release_id=release.id, position=0, label="Home.$page", url="https://x.test"),
        ]
    )
    file = make_file(release, uploaded_at=AT)
    (document,) = release_documents(release)
    entry = ReleaseEntry._from_son(document)
    entry.validate()
    assert (entry.key, entry.license, entry.requires) == ("main/cheese/1", "MIT", ["brie"])
    assert entry.classifiers == ["Topic :: Cheese"]
    assert [(url.label, url.url) for url in entry.project_urls] == [
        ("Home.$page", "https://x.test")
    ]
    assert entry.files[0].sha256 == file.sha256


def test_times_keep_their_microseconds(app):
    release = make_release(published_at=AT)
    make_file(release, uploaded_at=AT + timedelta(microseconds=1))
    (document,) = release_documents(release)
    entry = ReleaseEntry._from_son(decode(encode(document)))
    assert entry.published_at == AT
    assert entry.files[0].uploaded_at - entry.published_at == timedelta(microseconds=1)


def test_digest_is_the_same_for_the_same_rows_and_another_for_others(app):
    release = make_release()
    (before,), (again,) = release_documents(release), release_documents(release)
    release.summary = "another"
    db.session.commit()
    (after,) = release_documents(release)
    assert before["digest"] == again["digest"] != after["digest"]
    assert mapping.is_intact(decode(encode(after)))
    assert not mapping.is_intact(after | {"summary": "forged"})


def test_documents_are_what_mongoengine_would_store(app):
    release = make_release(make_project("cheese"))
    make_file(release)
    for document, kind in (
        (release_documents(release)[0], ReleaseEntry),
        (project_document(release.project_id), ProjectEntry),
    ):
        stored = kind._from_son(document).to_mongo().to_dict()
        assert {name: decode(encode({"": value})) for name, value in stored.items()} == {
            name: decode(encode({"": value})) for name, value in document.items()
        }


def test_versions_sort_as_their_keys(app):
    project = make_project("cheese")
    spelled = ["1.0.dev1", "1.0a1", "1.0", "1.0.post1", "1.9", "1.10", "2!0.1"]
    made = [make_release(project, version) for version in reversed(spelled)]
    documents = [document for release in made for document in release_documents(release)]
    documents.sort(key=lambda document: document["sort_key"])
    assert [document["version"] for document in documents] == spelled


def test_release_with_very_many_files_goes_on_in_further_parts(app, monkeypatch):
    monkeypatch.setattr(mapping, "FILES_PER_PART", 2)
    release = make_release(make_project("cheese"))
    for number in range(5):
        make_file(release, f"cheese-1.0-{number}-py3-none-any.whl")
    parts = release_documents(release)
    assert [len(part["files"]) for part in parts] == [2, 2, 1]
    assert [part["_id"] for part in parts[1:]] == ["main/cheese/1#1", "main/cheese/1#2"]
    assert {part["release"] for part in parts} == {"main/cheese/1"}


def test_long_texts_go_on_in_further_parts(app, monkeypatch):
    monkeypatch.setattr(mapping, "LETTERS_PER_TEXT", 10)
    release = make_release(description="a long description", description_html="<p>long html</p>")
    first, html, text = release_documents(release)
    assert "description" not in first
    assert html["description_html"] == "<p>long html</p>"
    assert text["description"] == "a long description"


def test_html_that_only_repeats_a_long_text_is_left_out(app, monkeypatch):
    monkeypatch.setattr(mapping, "LETTERS_PER_TEXT", 10)
    release = make_release(description="&" * 20, description_html=render_plain("&" * 20))
    first, text = release_documents(release)
    assert first["is_plain"]
    assert text["description"] == "&" * 20


def test_what_no_document_can_hold_is_refused_by_name(app, monkeypatch):
    monkeypatch.setattr(mapping, "LARGEST", 2_000)
    release = make_release(make_project("cheese"), summary="x" * 2_000)
    with pytest.raises(DocumentTooLarge, match="main/cheese/1 "):
        release_documents(release)


def test_halves_of_characters_and_nul_do_not_stop_it(app):
    release = make_release(details={"platforms": ["\ud800", "a\x00b"], "other": {"a.b": {"$x": 1}}})
    (document,) = release_documents(release)
    assert decode(encode(document))["platforms"] == ["?", "a\x00b"]


def test_many_projects_take_no_more_statements_than_one(app, queries):
    for number in range(3):
        make_file(make_release(make_project(f"cheese{number}")))
    ids = rows.list_ids(1, rows.last_id() + 1)
    queries.clear()
    heads = rows.list_heads(ids)
    mapping.map_projects(rows.list_projects(ids), [])
    list(mapping.map_releases([head["id"] for head in heads], []))
    assert len(queries) <= 12


def test_slices_end_before_they_are_too_heavy():
    heads = [{"id": n, "files": 3, "letters": 10} for n in range(5)] + [
        {"id": 5, "files": 99, "letters": 0}
    ]
    found = list(rows.slices(heads, files=7, letters=1_000, releases=10))
    assert found == [[0, 1], [2, 3], [4], [5]]
