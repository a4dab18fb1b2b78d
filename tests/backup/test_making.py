import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.backup.exceptions import BackupBusy, BackupFailed, BadPlace
from app.backup.making import FINISHED
from app.backup.manifest import BLOBS, DATABASE, NAME, SECRET
from app.backup.vault import Vault
from app.core import clock
from app.core.database import transaction
from app.core.runtime import data_path
from app.core.settings import find_setting, keep_setting
from app.core.storage import blobs, sweep
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.projects.models import File
from tests.backup.makers import Meddler, back_up


def files_of(backup):
    with closing(sqlite3.connect(backup.folder / DATABASE)) as connection:
        return [name for (name,) in connection.execute("SELECT filename FROM file ORDER BY id")]


def digests():
    return {sha256 for sha256, _ in blobs().list_blobs()}


def pooled(root):
    return {path.name for path in root.glob("blobs/??/??/*")}


def damage(path, content=b"?"):
    path.write_bytes(content * path.stat().st_size)


def test_backup_holds_database_files_and_key(home, shelter):
    backup = back_up(shelter).backup
    assert files_of(backup) == [
        "weftline-1.0-1-py3-none-any.whl",
        "weftline-1.0-2-py3-none-any.whl",
    ]
    assert backup.read_blobs().keys() == digests() == pooled(shelter)
    assert (backup.folder / SECRET).read_text().strip() == home.config["SECRET_KEY"]


def test_manifest_tells_version_revision_time_counts_and_every_file(home, shelter):
    manifest = back_up(shelter).backup.manifest
    assert (manifest.version, manifest.database) == ("0.1.0", "sqlite")
    assert manifest.revision == db.session.scalar(text("SELECT version_num FROM alembic_version"))
    assert clock.now() - manifest.finished_at < timedelta(minutes=1)
    assert (manifest.counts["file"], manifest.blobs) == (2, 3)
    assert {item.path for item in manifest.files} == {DATABASE, BLOBS, SECRET}


def test_only_the_owner_can_read_a_backup(home, shelter):
    back_up(shelter)
    for path in [shelter, *shelter.rglob("*")]:
        if path.is_file() or path.parent == shelter or path == shelter:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_second_backup_copies_only_what_is_new(home, shelter):
    assert back_up(shelter).copied == 3
    assert back_up(shelter).copied == 0


def test_time_of_the_last_good_backup_is_kept(home, shelter):
    manifest = back_up(shelter).backup.manifest
    assert find_setting(FINISHED) == manifest.finished_at.isoformat()


def test_nothing_that_the_rows_stand_on_leaves_meanwhile(home, shelter):
    file = db.session.query(File).first()

    def remove():
        db.session.delete(db.session.get(File, file.id))
        db.session.commit()
        for left in digests():
            sweep._remove([left], clock.now() + timedelta(minutes=1))

    backup = back_up(shelter, pace=Meddler(remove)).backup
    assert file.filename in files_of(backup)
    assert file.sha256 in pooled(shelter)
    assert backup.manifest.is_good
    # Afterwards it may go.
    assert sweep._remove([file.sha256], clock.now() + timedelta(minutes=1))


def test_what_is_written_meanwhile_is_in_the_next_backup(home, shelter):
    def write():
        with transaction():
            keep_setting("written.meanwhile", True)

    made = [back_up(shelter, pace=Meddler(write)), back_up(shelter)]
    first, second = (one.backup.manifest.counts["setting"] for one in made)
    # The time of the first one is noted too.
    assert second == first + 2


def test_database_that_is_replaced_meanwhile_is_not_kept(home, shelter):
    path = data_path("tilsit.db")

    def replace():
        shutil.copy(path, path.with_name("other.db"))
        path.with_name("other.db").replace(path)

    with pytest.raises(BackupFailed, match="was replaced meanwhile"):
        back_up(shelter, pace=Meddler(replace))
    assert Vault(shelter).list_backups() == []


def test_damaged_database_is_not_kept(home, shelter):
    db.engine.dispose()
    path = data_path("tilsit.db")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"?" * 20_000)
    with pytest.raises(BackupFailed, match="damaged|malformed"):
        back_up(shelter)
    left = sorted(path.name for path in shelter.iterdir())
    assert left == ["blobs", "lock", "tilsit-backups.json"]


def test_database_without_tables_is_told(enter, tmp_path, shelter):
    enter(tmp_path / "bare")
    with pytest.raises(BackupFailed, match="set DATABASE_URL or DATA_DIR"):
        back_up(shelter)
    (tmp_path / "bare" / "tilsit.db").touch()
    with pytest.raises(BackupFailed, match="no such table"):
        back_up(shelter)


def test_damaged_file_is_told_and_not_copied(home, shelter):
    sha256 = db.session.query(File).first().sha256
    damage(blobs().find_path(sha256))
    manifest = back_up(shelter).backup.manifest
    assert [(lack.sha256, lack.why) for lack in manifest.lacks] == [(sha256, "damaged")]
    assert not manifest.is_good
    assert sha256 not in pooled(shelter)
    assert find_setting(FINISHED) is None


def test_missing_file_is_told(home, shelter):
    sha256 = db.session.query(File).first().sha256
    blobs().delete(sha256)
    assert [lack.why for lack in back_up(shelter).backup.manifest.lacks] == ["missing"]


def test_file_that_is_damaged_later_stays_good_in_the_backups(home, shelter):
    back_up(shelter)
    damage(blobs().find_path(db.session.query(File).first().sha256))
    assert back_up(shelter).backup.manifest.is_good


def test_store_that_is_away_ends_the_backup(home, shelter):
    shutil.rmtree(data_path("blobs"))
    with pytest.raises(StorageUnavailable):
        back_up(shelter)
    assert Vault(shelter).list_backups() == []


def test_what_a_killed_backup_copied_is_used_if_it_is_whole(home, shelter):
    made = back_up(shelter)
    # As if it had been killed just before it counted.
    made.backup.folder.rename(shelter / "unfinished")
    torn = next(shelter.glob("blobs/??/??/*"))
    damage(torn)
    again = back_up(shelter)
    assert again.copied == 1
    assert torn.read_bytes().strip(b"?")
    assert sorted(path.name for path in shelter.iterdir() if path.is_dir()) == [
        again.backup.name,
        "blobs",
    ]


def test_folder_without_a_manifest_is_no_backup(home, shelter):
    backup = back_up(shelter).backup
    (backup.folder / NAME).unlink()
    assert Vault(shelter).list_backups() == []
    assert Vault(shelter).list_broken() == [backup.name]
    assert back_up(shelter).backup.manifest.number == backup.manifest.number + 1


@pytest.mark.parametrize("size", [100, 300_000])
def test_full_disk_ends_it_and_leaves_older_backups_alone(home, shelter, small_disk, size):
    before = back_up(shelter).backup
    with (
        small_disk(size),
        pytest.raises(BackupFailed, match="older backups are as they were|copied"),
    ):
        back_up(shelter)
    assert [one.name for one in Vault(shelter).list_backups()] == [before.name]
    assert pooled(shelter) == digests()
    assert not (shelter / "unfinished").exists()


def test_two_do_not_work_in_one_folder(home, shelter):
    back_up(shelter)
    with Vault(shelter).lock(), pytest.raises(BackupBusy, match="wait until that is done"):
        back_up(shelter)


def test_backup_is_not_put_where_it_would_be_lost_as_well(home, tmp_path):
    (tmp_path / "link").symlink_to(data_path())
    for root in (data_path(), data_path("mine"), data_path("blobs", "aa")):
        with pytest.raises(BadPlace, match="name a folder elsewhere"):
            back_up(root)


def test_folder_with_something_else_in_it_is_refused(home, shelter, tmp_path):
    shelter.mkdir()
    (shelter / "thesis.txt").touch()
    with pytest.raises(BadPlace, match="name an empty folder"):
        back_up(shelter)
    with pytest.raises(BadPlace, match="Not a directory"):
        back_up(shelter / "thesis.txt" / "deeper")


def test_clock_that_jumps_back_does_not_make_an_older_backup_the_newest(home, shelter, now):
    back_up(shelter)
    now(clock.now() - timedelta(days=400))
    second = back_up(shelter).backup
    assert Vault(shelter).list_backups()[-1].name == second.name
