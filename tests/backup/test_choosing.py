from datetime import timedelta

import pytest

from app.backup.choosing import choose
from app.backup.exceptions import NoBackup
from app.backup.vault import Vault
from tests.backup.makers import MOMENT, make_manifest


@pytest.fixture
def vault(tmp_path):
    """Give a folder with backups of three days."""
    vault = Vault(tmp_path / "backups")
    vault.open()
    for number in (1, 2, 3):
        vault.begin()
        vault.finish(make_manifest(number=number, started_at=MOMENT + timedelta(days=number)))
    return vault


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (None, 3),
        ("2", 2),
        ("0001", 1),
        ("0002-20260503T120000Z", 2),
        ("2026-05-03", 2),
        ("2026-05-03T11:59", 1),
        ("2026-05-03T12:00:00Z", 2),
        ("2026-05-03T14:30:00+02:00", 2),
        ("2030-01-01", 3),
    ],
)
def test_backup_is_found_by_name_number_and_time(vault, at, number):
    assert choose(vault, at).manifest.number == number


@pytest.mark.parametrize("at", ["4", "2026-05-01", "yesterday", "../0001", "", "٣", "9" * 50])
def test_backup_that_is_not_there_is_told(vault, at):
    with pytest.raises(NoBackup, match="has no backup"):
        choose(vault, at)


def test_folder_of_something_else_is_told(tmp_path):
    with pytest.raises(NoBackup, match="holds no backups"):
        choose(Vault(tmp_path), None)


def test_link_to_a_backup_is_none(vault, tmp_path):
    (vault.root / "0009-20260503T120000Z").symlink_to(vault.list_backups()[0].folder)
    assert choose(vault, None).manifest.number == 3
