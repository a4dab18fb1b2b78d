import pytest

from app.backup.copying import Pace
from app.backup.vault import Vault
from app.backup.verifying import find_faults, set_damaged_aside
from tests.backup.makers import back_up


@pytest.fixture
def vault(home, shelter):
    """Give two backups."""
    back_up(shelter)
    back_up(shelter)
    return Vault(shelter)


def faults_of(vault):
    return list(find_faults(vault, vault.list_backups(), Pace()))


def test_good_backups_have_no_faults(vault):
    assert faults_of(vault) == []


def test_every_kind_of_damage_is_found(vault):
    first, second = vault.list_backups()
    (first.folder / "database.sqlite").write_bytes(b"?")
    (first.folder / "secret_key").unlink()
    damaged, missing, _ = sorted(vault.pool.root.glob("??/??/*"))
    damaged.write_bytes(b"?" * damaged.stat().st_size)
    missing.unlink()
    found = {(fault.backup, fault.what, fault.why) for fault in faults_of(vault)}
    assert found == {
        (first.name, "database.sqlite", "damaged"),
        (first.name, "secret_key", "No such file or directory"),
        *((one.name, damaged.name, "damaged") for one in (first, second)),
        *((one.name, missing.name, "missing") for one in (first, second)),
    }


def test_damaged_file_is_copied_again_by_the_next_backup(vault, shelter):
    damaged = next(vault.pool.root.glob("??/??/*"))
    damaged.write_bytes(b"?" * damaged.stat().st_size)
    set_damaged_aside(vault, faults_of(vault))
    assert not damaged.exists()
    assert back_up(shelter).copied == 1
    assert faults_of(vault) == []
