import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import (
    Classifier,
    Dependency,
    Project,
    ProjectUrl,
    ReleaseClassifier,
    Role,
)
from app.sources.registry import source_for
from tests.factories import make_account, make_file, make_project, make_release
from tests.simple.far import TTL, Coming

DETAILS = {
    "license_files": ["LICENSE"],
    "platforms": ["any"],
    "provides_extra": ["dev"],
    "dynamic": ["version"],
}


@pytest.fixture
def foo(app):
    """A project with two releases; the newer one is a pre-release."""
    project = make_project("Foo.Bar", owner=make_account("ada"))
    release = make_release(
        project, "1.0", summary="A foo", keywords="a, b", home_page="https://foo", details=DETAILS
    )
    make_file(release, uploaded_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    make_file(make_release(project, "2.0rc1", yanked="bad"), content=b"2")
    classifier = Classifier(name="Framework :: Flask")
    db.session.add_all(
        [
            classifier,
            Dependency(
                release_id=release.id, position=0, requirement="six>=1", normalized_name="six"
            ),
            ProjectUrl(release_id=release.id, position=0, label="Docs", url="https://docs"),
        ]
    )
    db.session.flush()
    db.session.add(ReleaseClassifier(release_id=release.id, classifier_id=classifier.id))
    db.session.commit()
    return project


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.data)


@pytest.mark.parametrize("slash", ["", "/"])
def test_check_89_a_project_tells_its_main_release_and_all_files(client, foo, slash):
    document = read(client, f"/pypi/foo-bar/json{slash}")
    assert document["info"]["version"] == "1.0"
    assert [file["filename"] for file in document["urls"]] == ["foo_bar-1.0-py3-none-any.whl"]
    assert list(document["releases"]) == ["1.0", "2.0rc1"]
    assert document["last_serial"] == foo.last_serial
    assert document["vulnerabilities"] == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_check_89_a_release_tells_of_itself_only(client, foo, slash):
    document = read(client, f"/pypi/foo-bar/2.0rc1/json{slash}")
    assert (document["info"]["yanked"], document["info"]["yanked_reason"]) == (True, "bad")
    assert document["urls"][0]["yanked_reason"] == "bad"
    assert "releases" not in document


def test_check_89_the_metadata_is_told(client, foo):
    info = read(client, "/pypi/foo-bar/json")["info"]
    told = {
        "name": "Foo.Bar",
        "summary": "A foo",
        "keywords": "a,b",
        "classifiers": ["Framework :: Flask"],
        "requires_dist": ["six>=1"],
        "provides_extra": ["dev"],
        "license_files": ["LICENSE"],
        "platform": "any",
        "dynamic": ["version"],
        "project_urls": {"Homepage": "https://foo", "Docs": "https://docs"},
        "project_url": "http://localhost/project/foo-bar/",
        "package_url": "http://localhost/project/foo-bar/",
        "release_url": "http://localhost/project/foo-bar/1.0/",
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "yanked": False,
        "yanked_reason": None,
    }
    assert {key: info[key] for key in told} == told


def test_check_89_what_is_not_there_is_null(client, app):
    make_release(make_project("foo"))
    info = read(client, "/pypi/foo/json")["info"]
    for key in ("requires_dist", "provides_extra", "project_urls", "license", "requires_python"):
        assert info[key] is None


def test_check_89_a_file_is_described(client, foo):
    file = read(client, "/pypi/foo-bar/json")["urls"][0]
    assert client.get(file["url"]).status_code == 200
    assert set(file["digests"]) == {"md5", "sha256", "blake2b_256"}
    assert set(file["core-metadata"]) == {"sha256"}
    assert file["upload_time"] == "2026-01-02T03:04:05"
    assert file["upload_time_iso_8601"] == "2026-01-02T03:04:05.000006Z"
    assert (file["packagetype"], file["python_version"]) == ("bdist_wheel", "py3")
    assert (file["downloads"], file["has_sig"], file["size"]) == (-1, False, 7)


def test_check_89_sdists_have_no_core_metadata(client, app):
    make_file(make_release(make_project("foo")), "foo-1.0.tar.gz")
    assert read(client, "/pypi/foo/json")["urls"][0]["core-metadata"] is False


def test_owners_stand_before_maintainers_and_readers_are_not_told(client, foo):
    for name, kind in (("abe", "maintainer"), ("eve", "reader")):
        account = make_account(name)
        db.session.add(
            Role(project_id=foo.id, account_id=account.id, kind=kind, created_at=clock.now())
        )
    db.session.commit()
    assert read(client, "/pypi/foo-bar/json")["ownership"] == {
        "roles": [
            {"role": "Owner", "user": "ada"},
            {"role": "Maintainer", "user": "abe"},
        ],
        "organization": None,
    }


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/pypi/Foo_Bar/json", "../foo-bar/json"),
        ("/pypi/Foo_Bar/json/", "../../foo-bar/json"),
        ("/pypi/Foo_Bar/1.0/json", "../../foo-bar/1.0/json"),
        ("/pypi/foo-bar/1.0.0/json", "../../foo-bar/1.0/json"),
        ("/pypi/foo-bar/2.0-rc.1/json/?a=b", "../../../foo-bar/2.0rc1/json?a=b"),
    ],
)
def test_other_spellings_are_sent_on(client, foo, path, location):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, location)
    assert client.get(urljoin(path, location)).status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/pypi/nothing/json", "project-not-found"),
        ("/pypi/nothing/1.0/json", "release-not-found"),
        ("/pypi/foo-bar/9/json", "release-not-found"),
        ("/pypi/foo-bar/nonsense/json", "release-not-found"),
        ("/pypi/empty/json", "project-not-found"),
    ],
)
def test_what_is_not_here_is_not_found(client, foo, path, code):
    make_project("empty")
    answer = client.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, code)
    assert answer.json["message"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_check_77_a_project_in_quarantine_is_not_found(client, foo):
    with transaction():
        db.session.get(Project, foo.id).status = "quarantined"
    assert client.get("/pypi/foo-bar/json").status_code == 404
    assert client.get("/pypi/foo-bar/1.0/json").status_code == 404


def test_who_has_the_document_gets_304(client, foo):
    first = client.get("/pypi/foo-bar/json")
    again = client.get("/pypi/foo-bar/json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["X-PyPI-Last-Serial"] == str(foo.last_serial)


def test_documents_are_compressed_for_who_asks(client, foo):
    plain = client.get("/pypi/foo-bar/json")
    packed = client.get("/pypi/foo-bar/json", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_check_88_addresses_follow_the_configured_site(client, foo, app, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://example.com/pkgs")
    document = read(client, "/pypi/foo-bar/json")
    assert document["info"]["project_url"] == "https://example.com/pkgs/project/foo-bar/"
    assert document["urls"][0]["url"].startswith("https://example.com/pkgs/files/")


def test_writing_is_refused(client, app):
    assert client.post("/pypi/foo/json").status_code == 405


def test_a_document_takes_few_queries(client, foo, queries):
    queries.clear()
    client.get("/pypi/foo-bar/json")
    assert len(queries) <= 9


@pytest.fixture
def copied(foo, far, now):
    """A project of the upstream, as much of it as the API tells."""
    start = now(clock.now().replace(microsecond=0))
    far.put("Far.Away", Coming("far_away-1.0.tar.gz", b"an sdist"))
    detail = source_for(get_index()).find_release("foo-bar")
    far.details["far-away"] = replace(detail, name="Far.Away", normalized_name="far-away")
    return start


FAR = "/pypi/far-away/json"


def test_check_89_a_project_of_an_upstream_is_fetched_when_it_is_asked_for(client, copied, far):
    answer = client.get(FAR)
    assert (answer.status_code, far.asked) == (200, ["far-away"])
    assert "X-Tilsit-Stale" not in answer.headers
    [file] = answer.json["releases"]["1.0"]
    assert file["filename"] == "far_away-1.0.tar.gz"
    assert not {"md5", "blake2b_256"} & file["digests"].keys()


@pytest.mark.parametrize("path", [FAR, "/index/staging/pypi/far-away/json"])
def test_check_10_a_document_of_a_stale_copy_says_for_how_long_it_is(
    client, copied, far, now, path
):
    client.get(path)
    far.is_down = True
    now(copied + TTL)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["X-Tilsit-Stale"]) == (200, "600")
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["X-Tilsit-Stale"]) == (304, "600")


def test_check_91_what_nobody_could_find_out_is_unavailable_and_never_missing(client, copied, far):
    far.is_down = True
    assert client.get(FAR).status_code == 503
    assert client.get("/pypi/foo-bar/json").status_code == 200


def test_check_26_no_upstream_is_asked_for_a_name_of_ours(client, copied, far):
    client.get("/pypi/foo-bar/json")
    assert far.asked == []
