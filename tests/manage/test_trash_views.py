from sqlalchemy import select

from app.extensions import db
from app.projects.models import File, Project, Release
from tests.factories import make_account, make_file, make_release, sign_in

PAGE = "/manage/project/cheese-cellar/"


def restore(client, kind, number):
    answer = client.post(f"/manage/trash/{kind}/{number}/restore")
    return client.get(answer.location) if answer.status_code == 303 else answer


def test_an_owner_brings_a_release_back(client, project):
    number = db.session.scalar(select(Release.id))
    client.post(f"{PAGE}release/1.0/delete", data={"delete-confirmation": "1.0"})
    page = client.get(PAGE).text
    assert f"/manage/trash/release/{number}/restore" in page
    assert "2 files" in page
    page = restore(client, "release", number).text
    assert "It is back." in page
    assert "/manage/trash/" not in page
    assert client.get("/project/cheese-cellar/1.0/").status_code == 200


def test_an_owner_brings_a_file_back(client, project):
    number = db.session.scalar(select(File.id).order_by(File.id))
    name = db.session.get(File, number).filename
    address = f"{PAGE}release/1.0/file/{number}/delete"
    client.post(address, data={f"file{number}-confirmation": name})
    assert name in client.get(PAGE).text
    assert "It is back." in restore(client, "file", number).text


def test_an_owner_brings_a_project_back(client, project):
    number = project.id
    client.post(f"{PAGE}delete", data={"delete-confirmation": "Cheese.Cellar"})
    page = client.get("/manage/projects/").text
    assert "Deleted projects" in page
    assert f"/manage/trash/project/{number}/restore" in page
    assert "It is back." in restore(client, "project", number).text
    assert client.get("/project/cheese-cellar/").status_code == 200


def test_what_cannot_come_back_is_told(client, project):
    number = project.id
    assert "This is not in the trash" in restore(client, "project", number).text
    assert restore(client, "release", 999).status_code == 404
    assert restore(client, "chair", 1).status_code == 404


def test_nobody_brings_back_what_is_not_theirs(client, project):
    number = project.id
    client.post(f"{PAGE}delete", data={"delete-confirmation": "Cheese.Cellar"})
    sign_in(client, make_account("eve"))
    assert restore(client, "project", number).status_code == 403
    assert "Deleted projects" not in client.get("/manage/projects/").text


def test_the_page_of_a_project_says_how_long_what_goes_can_come_back(client, project):
    assert "You can bring it back for 30 days." in client.get(PAGE).text


def test_the_page_takes_no_more_questions_for_a_full_trash(client, project, queries):
    for number in range(3):
        make_file(make_release(db.session.get(Project, project.id), f"2.{number}"))
        client.post(f"{PAGE}release/2.{number}/delete", data={"delete-confirmation": f"2.{number}"})
    queries.clear()
    client.get(PAGE)
    assert len(queries) <= 12
