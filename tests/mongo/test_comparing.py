"""`flask mongo check` names what differs, and mends it when it is asked to."""

import pytest

from app.mongo.comparing import DAMAGED, DIFFERENT, MISSING, SURPLUS, compare
from app.mongo.migrating import migrate
from tests.factories import make_account, make_file, make_project, make_release


@pytest.fixture
def copied(app, mongo):
    """Give a function that runs a command on a catalogue that was copied."""
    make_file(make_release(make_project("cheese", owner=make_account("ada"))))
    migrate()
    return lambda *args: app.test_cli_runner().invoke(args=["mongo", "check", *args])


def test_what_is_the_same_is_told_with_counts(copied):
    done = copied("--deep")
    assert done.exit_code == 0, done.output
    assert "MongoDB is what SQL is." in done.output
    assert "releases" in done.output


def test_every_kind_of_difference_is_found_and_mended(copied, mongo):
    mongo.releases.delete_one({})
    mongo.projects.update_one({}, {"$set": {"digest": "another"}})
    mongo.accounts.insert_one({"_id": "mallory", "username": "mallory"})
    mongo.projects.insert_one({"_id": "main/x", "index": "main", "normalized_name": "x"})
    found = {(each.collection, each.key, each.what) for each in compare().differences}
    assert found == {
        ("releases", "main/cheese/1", MISSING),
        ("projects", "main/cheese", DIFFERENT),
        ("accounts", "mallory", SURPLUS),
        ("projects", "main/x", SURPLUS),
    }
    assert copied().exit_code == 1
    mended = copied("--repair")
    assert mended.exit_code == 0, mended.output
    assert copied("--deep").exit_code == 0


def test_forged_document_with_its_old_digest_is_found_by_reading_it(copied, mongo):
    mongo.releases.update_one({}, {"$set": {"files.0.sha256": "0" * 64}})
    assert copied().exit_code == 0
    found = copied("--deep")
    assert found.exit_code == 1
    assert f"releases main/cheese/1: {DAMAGED}" in found.output
    assert copied("--deep", "--repair").exit_code == 0
    assert mongo.releases.find_one()["files"][0]["sha256"] != "0" * 64


def test_only_some_differences_are_named(copied, mongo):
    mongo.licenses.insert_many([{"_id": f"licence {number}"} for number in range(5)])
    done = copied("--names", "2")
    assert done.output.count("not in SQL") == 2
    assert "5 differences." in done.output


def test_what_was_never_copied_is_told_in_one_sentence(app, mongo):
    done = app.test_cli_runner().invoke(args=["mongo", "check"])
    assert done.exit_code == 1
    assert "run `flask mongo migrate`" in done.output
