"""The documents keep up with every change of the catalogue."""

from datetime import timedelta

import pytest

from app.accounts import services as accounts
from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.services import remove_index
from app.mongo.copying import Tally
from app.mongo.exceptions import NotMigrated
from app.mongo.following import catch_up, follow_rest
from app.mongo.jobs import follow
from app.mongo.marks import FOLLOWED, find_mark, note
from app.mongo.migrating import migrate
from app.projects import roles, services
from app.stats.models import ProjectDay
from tests.factories import make_account, make_file, make_index, make_project, make_release


@pytest.fixture
def release(mongo):
    """Give a release that was copied."""
    release = make_release(make_project("cheese", owner=make_account("ada")), "1.0")
    make_file(release)
    migrate(["indexes", "accounts", "projects"])
    return release


def caught_up():
    tally = Tally()
    catch_up(tally)
    return tally


def test_nothing_new_costs_nothing(release, queries):
    queries.clear()
    assert caught_up().written == 0
    assert len(queries) == 1


def test_new_project_and_release_are_followed(release, mongo):
    make_file(make_release(make_project("brie"), "2.0"))
    make_release(release.project, "1.1")
    caught_up()
    assert mongo.releases.count_documents({}) == 3
    assert mongo.projects.find_one({"_id": "main/cheese"})["latest"]["version"] == "1.1"
    assert find_mark(FOLLOWED)["serial"] == release.project.last_serial


def test_yank_is_followed_and_taken_back(release, mongo):
    with transaction():
        services.yank(OPERATOR, release.id, "")
    caught_up()
    assert mongo.releases.find_one()["is_yanked"]
    with transaction():
        services.unyank(OPERATOR, release.id)
    caught_up()
    assert not mongo.releases.find_one()["is_yanked"]


def test_removed_release_and_project_are_followed(release, mongo):
    make_release(release.project, "1.1")
    with transaction():
        services.delete_release(OPERATOR, release.id, "1.0")
    caught_up()
    assert [each["version"] for each in mongo.releases.find()] == ["1.1"]
    with transaction():
        services.delete_project(OPERATOR, release.project_id, "cheese")
    caught_up()
    assert mongo.releases.count_documents({}) == 0
    assert mongo.projects.find_one()["removed_at"]


def test_quarantine_of_a_file_is_followed(release, mongo):
    with transaction():
        services.quarantine_file(release.files[0].id, "evil")
    caught_up()
    assert mongo.releases.find_one()["files"][0]["is_quarantined"]
    assert mongo.projects.find_one()["releases"][0]["file_count"] == 0


def test_roles_are_followed(release, mongo):
    make_account("bob")
    with transaction():
        roles.grant_role(OPERATOR, release.project_id, "bob", "maintainer")
    caught_up()
    people = mongo.projects.find_one({"_id": "main/cheese"})["roles"]
    assert [each["username"] for each in people] == ["ada", "bob"]


def test_renamed_person_is_followed(release, mongo):
    account = make_account("eve")
    with transaction():
        accounts.change_name(account.id, "Eve Online")
    follow_rest(Tally())
    assert mongo.accounts.find_one({"username": "eve"})["name"] == "Eve Online"


def test_removed_index_takes_its_documents_along(release, mongo):
    index = make_index("lab", visibility="members")
    make_release(make_project("secret", index=index))
    caught_up()
    assert mongo.indexes.find_one({"_id": "lab"})["visibility"] == "members"
    with transaction():
        remove_index(index, "lab", with_projects=True)
    follow_rest(Tally())
    assert mongo.projects.distinct("index") == ["main"]
    assert mongo.releases.distinct("index") == ["main"]
    assert mongo.indexes.find_one({"_id": "lab"}) is None


def test_index_begun_anew_has_nothing_of_the_old_one(release, mongo):
    index = make_index("lab")
    make_release(make_project("secret", index=index))
    caught_up()
    with transaction():
        remove_index(index, "lab", with_projects=True)
    make_release(make_project("open", index=make_index("lab")))
    caught_up()
    assert mongo.projects.distinct("name", {"index": "lab"}) == ["open"]


def test_description_made_into_html_is_followed(release, mongo):
    written = make_release(release.project, "2.0", description="# Hi")
    caught_up()
    assert mongo.releases.count_documents({"is_waiting": True}) == 1
    with transaction():
        services.keep_html(written.id, "# Hi", "<h1>Hi</h1>")
    follow_rest(Tally())
    document = mongo.releases.find_one({"version": "2.0"})
    assert document["description_html"] == "<h1>Hi</h1>"
    assert "is_waiting" not in document


def test_downloads_of_these_days_are_followed(release, mongo):
    today = clock.today()
    mongo.download_days.insert_one({"_id": "main//2001-01-01", "day": "2001-01-01"})
    db.session.add_all(
        ProjectDay(index_slug="main", project="cheese", day=today - timedelta(days=back), count=5)
        for back in (0, 1, 9)
    )
    db.session.commit()
    follow_rest(Tally())
    assert mongo.download_days.count_documents({}) == 2


def test_database_that_is_behind_its_documents_is_noticed(release):
    note(FOLLOWED, serial=10**12)
    with pytest.raises(NotMigrated):
        caught_up()


def test_job_copies_what_was_never_copied_and_then_follows(mongo):
    make_release(make_project("cheese"))
    follow()
    assert mongo.projects.count_documents({}) == 1
    make_release(make_project("brie"))
    follow()
    assert mongo.projects.count_documents({}) == 2


def test_job_does_nothing_without_mongodb(app):
    app.config["MONGODB_URL"] = None
    follow()
