"""Backups for tests: real ones of a house, and facts of ones that were never made."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from app.backup.copying import Pace
from app.backup.keeping import Keeping
from app.backup.making import Made, make_backup
from app.backup.manifest import BLOBS, DATABASE, SECRET, Item, Manifest

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILES = tuple(Item(path, 1, "0" * 64) for path in (BLOBS, DATABASE, SECRET))


class Meddler(Pace):
    """A pace at which something else happens once, as soon as the first bytes were read."""

    def __init__(self, deed: Callable[[], object]) -> None:
        super().__init__()
        self._deed: Callable[[], object] | None = deed

    @override
    def spend(self, size: int = 0) -> None:
        deed, self._deed = self._deed, None
        if deed is not None:
            deed()


def back_up(root: Path, *, keep: int | None = None, pace: Pace | None = None) -> Made:
    """Make a backup of the house that is open."""
    return make_backup(root, keeping=Keeping(keep), pace=pace or Pace())


def make_manifest(**facts: Any) -> Manifest:
    """Return the manifest of a backup of nothing."""
    given: dict[str, Any] = {
        "number": 1,
        "started_at": MOMENT,
        "finished_at": MOMENT,
        "version": "1.0",
        "revision": "0008",
        "database": "sqlite",
        "serial": 7,
        "counts": {"file": 0},
        "sequences": {"file.id": 3},
        "files": FILES,
        "blobs": 0,
        "blob_bytes": 0,
        "lacks": (),
        "settings": {"SITE_NAME": "Tilsit"},
    }
    return Manifest(**given | facts)
