"""`flask mongo migrate` copies the catalogue, and can be ended and run again."""

from datetime import date

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.mongo import copying, indexing, migrating
from app.mongo.documents import ENTRIES, SHAPE, ProjectEntry, ReleaseEntry
from app.mongo.marks import FOLLOWED, MIGRATING, find_mark, note
from app.mongo.migrating import migrate
from app.projects import services
from app.projects.models import Language, License
from app.stats.models import ProjectDay, ProjectMonth
from tests.factories import make_account, make_file, make_project, make_release


def test_everything_is_copied(mongo):
    release = make_release(make_project("Cheese", owner=make_account("ada")), "1.0")
    make_file(release)
    db.session.add_all(
        [
            License(name="MIT"),
            Language(name="Python"),
            ProjectDay(index_slug="main", project="cheese", day=date(2026, 1, 2), count=2**62),
            ProjectMonth(
                index_slug="main", project="cheese", month=date(2026, 1, 1), kind="total", count=3
            ),
        ]
    )
    db.session.commit()
    tally = migrate()
    assert tally.written == sum(
        mongo[e._get_collection_name()].count_documents({}) for e in ENTRIES
    )
    assert ProjectEntry.objects.get(key="main/cheese").roles[0].username == "ada"
    assert len(ReleaseEntry.objects.get(key="main/cheese/1").files) == 1
    assert mongo.licenses.find_one({"_id": "MIT"})
    assert mongo.languages.find_one({"_id": "Python"})
    assert mongo.download_days.find_one()["count"] == 2**62
    assert mongo.download_months.find_one()["month"] == "2026-01"
    assert mongo.indexes.find_one({"_id": "main"})["visibility"] == "public"
    assert find_mark(FOLLOWED)["serial"] == release.project.last_serial


def test_no_secret_is_copied(mongo):
    account = make_account("ada", name="Ada")
    migrate(["accounts"])
    document = mongo.accounts.find_one({"username": "ada"})
    assert set(document) == {"_id", "username", "name", "is_active", "created_at", "digest"}
    assert account.primary_email.address not in str(document)


def test_again_writes_nothing(mongo):
    make_file()
    assert migrate().written > 0
    again = migrate()
    assert (again.written, again.removed) == (0, 0)


def test_what_is_not_in_sql_any_more_is_removed(mongo):
    project = make_project("cheese")
    make_release(project, "1.0")
    migrate()
    make_release(make_project("other"))
    migrate()
    mongo.projects.insert_one({"_id": "main/x", "index": "main", "normalized_name": "x"})
    mongo.releases.insert_one(
        {"_id": "main/x/1", "project": "main/x", "index": "main", "normalized_name": "x"}
    )
    mongo.releases.insert_one(
        {
            **{"_id": "main/cheese/9", "project": "main/cheese", "index": "main"},
            "normalized_name": "cheese",
        }
    )
    mongo.licenses.insert_one({"_id": "Gone"})
    assert migrate().removed == 4
    assert sorted(mongo.releases.distinct("_id")) == ["main/cheese/1", "main/other/1"]


def test_interrupted_migration_goes_on_where_it_was(mongo, monkeypatch):
    monkeypatch.setattr(migrating, "STEP", 1)
    for name in ("a", "b", "c"):
        make_release(make_project(name))

    def die_at(ids, tally, **options):
        if mongo.projects.count_documents({}) == 2:
            raise KeyboardInterrupt
        copying.refresh(ids, tally, **options)

    monkeypatch.setattr(migrating, "refresh", die_at)
    with pytest.raises(KeyboardInterrupt):
        migrate(["projects"])
    assert find_mark(FOLLOWED) is None
    after = find_mark(MIGRATING)["after"]
    seen = []
    monkeypatch.setattr(
        migrating, "refresh", lambda ids, t, **o: (seen.extend(ids), copying.refresh(ids, t, **o))
    )
    migrate(["projects"])
    assert min(seen) == after + 1
    assert mongo.projects.count_documents({}) == 3
    assert find_mark(MIGRATING) is None


def test_half_of_a_step_that_is_there_already_is_no_hindrance(mongo):
    first, second = make_project("a"), make_project("b")
    make_release(first)
    make_release(second)
    indexing.make_first_indexes()
    copying.refresh([first.id], copying.Tally())
    copying.refresh([first.id, second.id], copying.Tally(), are_new=True)
    assert mongo.releases.count_documents({}) == 2


def test_project_that_changes_while_it_is_copied_is_copied_again(mongo, monkeypatch):
    release = make_release(make_project("cheese"), "1.0")
    original, changes = copying._copy_releases, iter([True])

    def change_meanwhile(*args):
        found = original(*args)
        if next(changes, False):
            with transaction():
                services.yank(OPERATOR, release.id, "mouldy")
        return found

    monkeypatch.setattr(copying, "_copy_releases", change_meanwhile)
    copying.refresh([release.project_id], copying.Tally())
    assert mongo.releases.find_one()["yanked_reason"] == "mouldy"


def test_slower_copy_of_an_older_state_does_not_stay(mongo, monkeypatch):
    release = make_release(make_project("cheese"), "1.0")
    original, turns = copying._copy_releases, iter([True])

    def be_overtaken(*args):
        if next(turns, False):
            with transaction():
                services.delete_release(OPERATOR, release.id, "1.0")
            copying.refresh([release.project_id], copying.Tally())
        return original(*args)

    monkeypatch.setattr(copying, "_copy_releases", be_overtaken)
    copying.refresh([release.project_id], copying.Tally())
    assert mongo.releases.count_documents({}) == 0


def test_documents_of_another_shape_are_made_anew(mongo, monkeypatch):
    make_release()
    migrate()
    monkeypatch.setattr("app.mongo.marks.SHAPE", SHAPE + 1)
    assert find_mark(FOLLOWED) is None


def test_mark_of_another_database_does_not_count(mongo):
    release = make_release()
    note(FOLLOWED, serial=10**9)
    migrate()
    assert find_mark(FOLLOWED)["serial"] == release.project.last_serial


def test_very_many_files_of_a_project_are_copied_in_slices(mongo, monkeypatch):
    monkeypatch.setitem(copying.SLICE, "files", 2)
    project = make_project("cheese")
    for number in range(5):
        make_file(make_release(project, f"{number}.0"))
    migrate(["releases"])
    assert mongo.releases.count_documents({"files.0": {"$exists": True}}) == 5
