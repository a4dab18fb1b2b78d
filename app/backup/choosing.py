"""Which of many backups somebody means."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.backup.exceptions import NoBackup
from app.backup.vault import Backup, Vault


def choose(vault: Vault, at: str | None) -> Backup:
    """Return the newest backup, or the one that is called so, or the newest up to a time.

    `at` is a name, a number, a day or a moment of ISO 8601 in UTC; raises `NoBackup`.
    """
    backups = choose_all(vault)
    if at is None:
        return backups[-1]
    found = _find_called(backups, at) or _find_before(backups, at)
    if found is None:
        raise NoBackup(
            f"{vault.root} has no backup {at!r}: `flask backup list` shows those that are there."
        )
    return found


def choose_all(vault: Vault) -> list[Backup]:
    """Return all backups, the newest last; raises `NoBackup` when there is none."""
    vault.demand()
    backups = vault.list_backups()
    if not backups:
        raise NoBackup(f"{vault.root} holds no finished backup.")
    return backups


def _find_called(backups: Sequence[Backup], at: str) -> Backup | None:
    number = int(at) if at.isascii() and at.isdigit() and len(at) < 8 else None
    return next((one for one in backups if one.name == at or one.manifest.number == number), None)


def _find_before(backups: Sequence[Backup], at: str) -> Backup | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if len(at) <= len("2026-11-24"):
        # A day means all of it.
        moment += timedelta(days=1)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    before = [one for one in backups if one.manifest.started_at <= moment]
    # The database is as it was at the beginning, and clocks jump.
    return max(before, key=lambda one: one.manifest.started_at, default=None)
