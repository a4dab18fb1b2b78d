import pytest

from app.extensions import db
from app.projects.models import Release
from app.projects.queries import find_release
from tests.factories import make_file, make_project, make_release
from tests.site.pages import soup

PAGE = "/manage/project/cheese-cellar/release/1.0/"


@pytest.fixture
def release(project):
    """Give the one release of the project."""
    return find_release(project.id, "1.0")


def reload(release):
    db.session.expire_all()
    return db.session.get_one(Release, release.id)


def test_an_owner_yanks_with_a_reason(client, release):
    answer = client.post(f"{PAGE}yank", data={"yank-reason": "Eats data"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert reload(release).is_yanked
    assert reload(release).yanked_reason == "Eats data"


def test_check_72_a_yank_needs_no_reason(client, release):
    client.post(f"{PAGE}yank")
    assert reload(release).is_yanked
    assert "No reason was given." in client.get(PAGE).text


def test_a_reason_that_is_too_long_is_refused(client, release):
    assert client.post(f"{PAGE}yank", data={"yank-reason": "x" * 501}).status_code == 400
    assert not reload(release).is_yanked


def test_an_owner_takes_a_yank_back(client, release):
    client.post(f"{PAGE}yank")
    assert client.post(f"{PAGE}unyank").status_code == 303
    assert not reload(release).is_yanked


def test_a_release_is_deleted_when_its_version_is_typed(client, release):
    answer = client.post(f"{PAGE}delete", data={"delete-confirmation": " 1.0 "})
    assert (answer.status_code, answer.location) == (303, "/manage/project/cheese-cellar/")
    assert reload(release).removed_at is not None


@pytest.mark.parametrize("typed", ["", "1", "Cheese.Cellar"])
def test_a_release_stays_when_something_else_is_typed(client, release, typed):
    answer = client.post(f"{PAGE}delete", data={"delete-confirmation": typed})
    assert answer.status_code == 400
    assert soup(answer).find(id="delete-confirmation")["value"] == typed
    assert reload(release).removed_at is None


def test_a_file_is_deleted_when_its_name_is_typed(client, release):
    file = release.files[0]
    form = {f"file{file.id}-confirmation": file.filename}
    assert client.post(f"{PAGE}file/{file.id}/delete", data=form).status_code == 303
    assert [one.removed_at is None for one in reload(release).files] == [False, True]


@pytest.mark.parametrize("typed", ["", "something else"])
def test_a_file_stays_when_something_else_is_typed(client, release, typed):
    file = release.files[0]
    form = {f"file{file.id}-confirmation": typed}
    answer = client.post(f"{PAGE}file/{file.id}/delete", data=form)
    assert answer.status_code == 400
    assert soup(answer).find("details", open=True).find(id=f"file{file.id}-confirmation")
    assert all(one.removed_at is None for one in reload(release).files)


def test_a_file_of_another_project_is_not_found_here(client, release):
    file = make_file(make_release(make_project("other")))
    form = {f"file{file.id}-confirmation": file.filename}
    assert client.post(f"{PAGE}file/{file.id}/delete", data=form).status_code == 404
    assert file.removed_at is None


def test_a_file_in_quarantine_is_shown_with_the_reason(client, release):
    file = release.files[0]
    file.quarantined_at, file.quarantine_reason = release.published_at, "RECORD lies"
    db.session.commit()
    assert "RECORD lies" in client.get(PAGE).text


def test_a_release_that_is_not_there_is_not_found(client, project):
    assert client.get("/manage/project/cheese-cellar/release/9/").status_code == 404
