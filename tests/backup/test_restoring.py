import json
import shutil
import sqlite3
import sys
from contextlib import closing

import pytest
from sqlalchemy import select

import config
from app.backup.exceptions import BadBackup, CannotRestore, TargetInUse
from app.backup.manifest import DATABASE, NAME
from app.backup.restoring import restore
from app.backup.unfinished import find_mark, refuse_unfinished
from app.backup.vault import Vault
from app.core.runtime import data_path
from app.core.storage import blobs
from app.extensions import db
from app.indexes.services import last_serial
from app.projects.models import File
from app.simple.shelf import the_shelf
from tests.backup.makers import back_up


@pytest.fixture
def kept(home, shelter):
    """Give a backup of the furnished house, which is left."""
    backup = back_up(shelter).backup
    db.session.remove()
    return backup


@pytest.fixture
def empty(kept, enter, tmp_path):
    """Give an empty house, opened."""
    return enter(tmp_path / "new")


def bring(backup, *, may_replace=False, may_lack=False):
    vault = Vault(backup.folder.parent)
    return restore(vault, backup, may_replace=may_replace, may_lack=may_lack)


def is_untouched():
    is_empty = next(iter(blobs().list_blobs()), None) is None
    return is_empty and not data_path("tilsit.db").exists() and find_mark(data_path()) is None


def tamper(backup, **changes):
    path = backup.folder / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return Vault(backup.folder.parent).list_backups()[-1]


def test_everything_is_back(home, kept, empty):
    bring(kept)
    files = db.session.scalars(select(File)).all()
    assert [file.filename for file in files] == [
        "weftline-1.0-1-py3-none-any.whl",
        "weftline-1.0-2-py3-none-any.whl",
    ]
    for file in files:
        assert blobs().find_size(file.sha256) == file.size
        assert blobs().find_size(file.metadata_sha256) is not None


def test_key_is_back(home, kept, empty):
    bring(kept)
    assert data_path("secret_key").read_text().strip() == home.config["SECRET_KEY"]
    assert data_path("secret_key").stat().st_mode & 0o077 == 0


def test_key_of_the_environment_stays_and_is_told(kept, enter, tmp_path, monkeypatch):
    app = enter(tmp_path / "new")
    app.config["SECRET_KEY"] = "another one from the environment"
    assert bring(kept).has_other_key


def test_numbers_of_changes_do_not_come_again(kept, empty):
    bring(kept)
    assert last_serial() == kept.manifest.serial + 1_000_000


def test_shelf_is_not_taken_for_ours(kept, empty):
    the_shelf().put(the_shelf().root / "main" / "1" / "root.json", [b"old"])
    bring(kept)
    assert not the_shelf().root.exists()


def test_what_is_here_is_not_replaced_unasked(kept, enter, tmp_path):
    enter(tmp_path / "data")
    with pytest.raises(TargetInUse, match="--replace"):
        bring(kept)
    assert find_mark(data_path()) is None


def test_files_alone_are_in_the_way_too(kept, empty):
    blobs().save_bytes(b"somebody's")
    with pytest.raises(TargetInUse):
        bring(kept)


def test_what_is_replaced_is_moved_aside(kept, enter, tmp_path):
    enter(tmp_path / "data")
    sha256 = blobs().save_bytes(b"newer than the backup")
    done = bring(kept, may_replace=True)
    assert blobs().find_size(sha256) is None
    aside = data_path(f"blobs.{done.replaced}")
    assert any(path.name == sha256 for path in aside.rglob("*"))
    with closing(sqlite3.connect(data_path(f"tilsit.db.{done.replaced}"))) as old:
        assert old.execute("SELECT count(*) FROM file").fetchone() == (2,)


def test_database_that_somebody_has_open_is_not_replaced(kept, enter, tmp_path):
    enter(tmp_path / "data")
    with closing(sqlite3.connect(data_path("tilsit.db"))) as other:
        other.execute("SELECT 1 FROM file").fetchall()
        with pytest.raises(TargetInUse, match="stop web and worker first"):
            bring(kept, may_replace=True)
    assert data_path("tilsit.db").exists()


def test_backup_of_a_newer_version_is_refused(kept, empty):
    with pytest.raises(CannotRestore, match="newer than this one"):
        bring(tamper(kept, revision="9999", version="7.0"))
    assert is_untouched()


def test_damaged_database_is_found_before_anything_is_touched(kept, empty):
    with (kept.folder / DATABASE).open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    with pytest.raises(BadBackup, match="use another backup"):
        bring(kept)
    assert is_untouched()


def test_missing_list_of_files_is_found_before_anything_is_touched(kept, empty):
    (kept.folder / "blobs.txt").write_text("../../../etc/passwd 7\n")
    with pytest.raises(BadBackup, match="use another backup"):
        bring(kept)
    assert is_untouched()


def test_damaged_file_is_found_before_anything_is_touched(kept, empty, shelter):
    next(shelter.glob("blobs/??/??/*")).write_bytes(b"?")
    with pytest.raises(BadBackup, match="--incomplete"):
        bring(kept)
    assert is_untouched()


def test_link_in_place_of_a_file_is_not_followed(kept, empty, shelter, tmp_path):
    path = next(shelter.glob("blobs/??/??/*"))
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadBackup):
        bring(kept)


def test_what_is_there_of_an_incomplete_backup_is_restored_when_asked_for(kept, empty, shelter):
    lost = next(shelter.glob("blobs/??/??/*"))
    lost.unlink()
    assert bring(kept, may_lack=True).lacks == 1
    assert blobs().find_size(lost.name) is None
    assert sum(1 for _ in blobs().list_blobs()) == kept.manifest.blobs - 1


def test_half_finished_restore_stops_the_start_and_can_be_finished(
    kept, empty, shelter, small_disk, monkeypatch
):
    # The database is larger than the disk lets it be.
    with small_disk(100_000), pytest.raises(CannotRestore, match="run the same command again"):
        bring(kept)
    monkeypatch.setattr(sys, "argv", ["manage.py", "serve"])
    with pytest.raises(config.ConfigError, match="run the same `flask restore` again"):
        refuse_unfinished(data_path())
    monkeypatch.setattr(sys, "argv", ["manage.py", "restore", str(shelter)])
    refuse_unfinished(data_path())
    bring(kept)
    monkeypatch.setattr(sys, "argv", ["manage.py", "serve"])
    refuse_unfinished(data_path())
    assert db.session.query(File).count() == 2


def test_half_finished_restore_gives_no_right_to_another_database(
    kept, empty, enter, tmp_path, small_disk, monkeypatch
):
    with small_disk(100_000), pytest.raises(CannotRestore, match="run the same command again"):
        bring(kept)
    monkeypatch.setattr(sys, "argv", ["manage.py", "restore"])
    shutil.copy(data_path("restoring.json"), tmp_path / "data")
    enter(tmp_path / "data")
    with pytest.raises(TargetInUse):
        bring(kept)
