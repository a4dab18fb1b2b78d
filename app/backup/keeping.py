"""Which backups stay, and which make room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.backup.vault import Backup, Vault

# So many stay when only days are named, whatever the clock says.
LEAST = 3


@dataclass(frozen=True)
class Keeping:
    """The newest so many stay, and those of so many days; None is all of them."""

    newest: int | None = None
    days: int | None = None

    def choose_old(self, backups: Sequence[Backup], now: datetime) -> list[Backup]:
        """Return those that may go, of backups of which the newest is the last.

        The last good one is never among them.
        """
        if self.newest is None and self.days is None:
            return []
        least = LEAST if self.newest is None else self.newest
        good = [backup for backup in backups if backup.manifest.is_good]
        kept = {backup.folder for backup in [*backups[-least:], *good[-1:]]}
        return [one for one in backups if one.folder not in kept and not self._is_young(one, now)]

    def _is_young(self, backup: Backup, now: datetime) -> bool:
        if self.days is None:
            return False
        return now - backup.manifest.finished_at < timedelta(days=self.days)


def remove_old(vault: Vault, keeping: Keeping, now: datetime) -> list[str]:
    """Remove the backups that may go, and blobs that no other stands on; return their names."""
    old = keeping.choose_old(vault.list_backups(), now)
    for backup in old:
        vault.remove(backup)
    if old:
        vault.remove_unneeded()
    return [backup.name for backup in old]
