import json

import pytest

from app.core.storage import blobs
from app.extensions import db
from app.projects.models import File


@pytest.fixture
def flask(home):
    """Give a function that runs a command."""
    return lambda *words: home.test_cli_runner().invoke(args=list(map(str, words)))


def test_folder_alone_means_to_make_one(flask, shelter):
    assert "3 files" in flask("backup", shelter).stdout
    made = json.loads(flask("backup", "--keep", 1, shelter, "--json").stdout)
    assert (made["number"], made["good"], made["copied"]) == (2, True, 0)
    assert len(made["removed"]) == 1


def test_relative_path_is_taken_from_where_one_is(flask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert flask("backup", "near/by").exit_code == 0
    assert (tmp_path / "near" / "by" / "tilsit-backups.json").exists()


def test_missing_files_are_told_with_status_1(flask, shelter):
    sha256 = db.session.query(File).first().sha256
    blobs().delete(sha256)
    result = flask("backup", shelter)
    assert result.exit_code == 1
    assert f"{sha256} is missing." in result.stderr
    assert "1 files could not be copied" in result.stderr
    assert "1 files missing" in flask("backup", "list", shelter).stdout


def test_backups_are_listed(flask, shelter):
    flask("backup", shelter)
    (one,) = json.loads(flask("backup", "list", shelter, "--json").stdout)["backups"]
    assert one["name"] in flask("backup", "list", shelter).stdout


def test_verifying_tells_what_is_wrong_with_status_1(flask, shelter):
    flask("backup", shelter)
    assert flask("backup", "verify", shelter).stdout == "1 backups read, 0 faults.\n"
    next(shelter.glob("0*/secret_key")).write_text("another")
    result = flask("backup", "verify", shelter, "--at", 1)
    assert "secret_key is damaged" in result.stdout
    assert result.exit_code == 1
    assert len(json.loads(flask("backup", "verify", shelter, "--json").stdout)["faults"]) == 1


@pytest.mark.parametrize(
    "words", [["backup", "list"], ["backup", "verify"], ["restore"]], ids=" ".join
)
def test_folder_without_backups_is_told_in_a_sentence(flask, words, tmp_path):
    result = flask(*words, tmp_path / "none")
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: {tmp_path / 'none'} holds no backups that can be read.\n",
    )


def test_refused_restore_ends_with_a_sentence(flask, shelter):
    flask("backup", shelter)
    result = flask("restore", shelter)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Something is here already")
