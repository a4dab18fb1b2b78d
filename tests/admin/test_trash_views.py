from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.admin import slices, trash_views
from app.core.database import transaction
from app.core.storage import blobs, sweep
from app.extensions import db
from app.projects.models import File, Project
from app.projects.services import delete_project, delete_release
from tests.factories import make_file, make_index, make_project, make_release


def follow(client, address):
    return client.get(client.post(address).location).text


@pytest.fixture
def removed(boss):
    """Give the number of a project of another index that was removed, with one file."""
    project = make_project("attic", index=make_index("other"))
    make_file(make_release(project, "1.0"), content=b"old things")
    number = project.id
    with transaction():
        delete_project(OPERATOR, number, "attic")
    return number


def test_the_trash_shows_what_was_deleted_and_its_weight(client, removed):
    page = client.get("/admin/trash/").text
    assert "the project attic" in page
    assert "10 B" in page
    assert "10 B" in client.get("/admin/").text
    assert (
        f"/admin/trash/project/{removed}/restore" in client.get("/admin/project/other/attic/").text
    )


def test_an_administrator_brings_a_project_back(client, removed):
    page = follow(client, f"/admin/trash/project/{removed}/restore")
    assert "It is back." in page
    assert "The trash is empty." in page
    assert db.session.get(Project, removed).removed_at is None
    page = follow(client, f"/admin/trash/project/{removed}/restore")
    assert "This is not in the trash" in page


def test_an_administrator_gives_up_bytes_at_once(client, removed, monkeypatch):
    monkeypatch.setattr(sweep, "MOMENT", timedelta(days=-1))
    sha256 = db.session.scalar(select(File.sha256))
    address = f"/admin/trash/project/{removed}/purge"
    assert "One file is gone for good." in follow(client, address)
    assert blobs().find_size(sha256) is None
    assert client.post(address).status_code == 404


def test_a_long_trash_is_turned(client, boss, monkeypatch):
    monkeypatch.setattr(slices, "LENGTH", 1)
    monkeypatch.setattr(trash_views, "LENGTH", 1)
    project = make_project("attic")
    for version in ("1.0", "2.0"):
        release = make_release(project, version)
        make_file(release, content=version.encode())
        number = release.id
        with transaction():
            delete_release(OPERATOR, number, version)
    page = client.get("/admin/trash/")
    assert ("attic 2.0" in page.text, "attic 1.0" in page.text) == (True, False)
    time = db.session.scalar(select(File.removed_at).order_by(File.removed_at.desc()).limit(1))
    page = client.get("/admin/trash/", query_string={"after": time.isoformat()})
    assert ("attic 2.0" in page.text, "attic 1.0" in page.text) == (False, True)
    for odd in ("yesterday", "2026-01-01"):
        assert "attic 2.0" in client.get("/admin/trash/", query_string={"after": odd}).text
