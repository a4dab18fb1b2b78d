from datetime import timedelta
from pathlib import Path

import pytest

from app.backup.keeping import Keeping
from app.backup.manifest import Lack
from app.backup.vault import Backup, Vault
from tests.backup.makers import MOMENT, back_up, make_manifest

LACK = Lack("a" * 64, "damaged")


def backups(*ages, bad=()):
    """Return backups so many days old; those at the places named are not good."""
    return [
        Backup(
            Path(str(number)),
            make_manifest(
                number=number,
                finished_at=MOMENT - timedelta(days=age),
                lacks=(LACK,) if number in bad else (),
            ),
        )
        for number, age in enumerate(ages)
    ]


@pytest.mark.parametrize(
    ("keeping", "gone"),
    [
        (Keeping(), []),
        (Keeping(newest=1), [0, 1, 2, 3, 4]),
        (Keeping(newest=4), [0, 1]),
        (Keeping(newest=9), []),
        (Keeping(days=35), [0]),
        (Keeping(days=1), [0, 1, 2]),
        (Keeping(newest=1, days=15), [0, 1, 2]),
    ],
)
def test_what_either_rule_keeps_stays(keeping, gone):
    old = keeping.choose_old(backups(40, 30, 20, 10, 2, 0), MOMENT)
    assert [backup.manifest.number for backup in old] == gone


def test_last_good_one_stays_whatever_came_after_it():
    old = Keeping(newest=1).choose_old(backups(3, 2, 1, 0, bad=(2, 3)), MOMENT)
    assert [backup.manifest.number for backup in old] == [0, 2]


def test_clock_that_jumps_ahead_leaves_three():
    old = Keeping(days=7).choose_old(backups(4, 3, 2, 1, 0), MOMENT + timedelta(days=999))
    assert [backup.manifest.number for backup in old] == [0, 1]


def test_files_go_with_the_last_backup_that_stands_on_them(home, shelter):
    back_up(shelter)
    stray = shelter / "blobs" / "aa" / "aa" / ("a" * 64)
    stray.parent.mkdir(parents=True)
    stray.touch()
    made = back_up(shelter, keep=1)
    assert len(made.removed) == 1
    assert [one.name for one in Vault(shelter).list_backups()] == [made.backup.name]
    assert not stray.exists()
    assert len(list(shelter.glob("blobs/??/??/*"))) == made.backup.manifest.blobs


def test_no_file_goes_while_a_backup_cannot_be_read(home, shelter):
    first = back_up(shelter).backup
    (first.folder / "manifest.json").write_text("{")
    before = sorted(shelter.glob("blobs/??/??/*"))
    back_up(shelter)
    back_up(shelter, keep=1)
    assert sorted(shelter.glob("blobs/??/??/*")) == before
    assert first.folder.exists()
