"""Counting the downloads that nginx has served without us, and keeping the counts small."""

import logging
from pathlib import Path

from app.core.database import transaction, wait_for_turn
from app.core.jobs import daily, regular
from app.core.runtime import setting
from app.core.settings import find_setting, keep_setting
from app.stats.rollup import roll_up
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


@daily("roll-up-downloads")
def roll_up_downloads() -> None:
    """Let the days that are long over become part of their months."""
    moved = roll_up()
    if moved:
        _log.info("days became part of their months", extra={"facts": moved})


def _count_new(log: Path) -> Reading:
    # Positions go with the counts, so whoever is killed has either counted or not begun.
    with transaction():
        wait_for_turn(_POSITIONS)
        reading = read_new(log, find_setting(_POSITIONS) or {})
        add_downloads(reading.counts)
        keep_setting(_POSITIONS, reading.positions)
    return reading
