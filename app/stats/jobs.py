"""Counting the downloads that nginx has served without us."""

import logging
from pathlib import Path

from app.core.database import transaction, wait_for_turn
from app.core.jobs import regular
from app.core.runtime import setting
from app.core.settings import find_setting, keep_setting
from app.stats.services import add_downloads
from app.stats.weblog import Reading, read_new

_POSITIONS = "stats.weblog"
_log = logging.getLogger(__name__)


@regular("count-weblog")
def count_weblog() -> None:
    """Count what the log of downloads has told since the last time."""
    log = setting("DOWNLOAD_LOG")
    if log is None:
        return
    broken, is_cut = 0, True
    while is_cut:
        reading = _count_new(log)
        broken, is_cut = broken + reading.broken, reading.is_cut
    if broken:
        _log.warning("broken lines in the log of downloads", extra={"lines": broken})


def _count_new(log: Path) -> Reading:
    # Positions go with the counts, so whoever is killed has either counted or not begun.
    with transaction():
        wait_for_turn(_POSITIONS)
        reading = read_new(log, find_setting(_POSITIONS) or {})
        add_downloads(reading.counts)
        keep_setting(_POSITIONS, reading.positions)
    return reading
