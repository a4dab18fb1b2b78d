"""Message catalogues: compiled when they are older than their source.

The compiled files are not kept with the sources, so a fresh copy of the house
has none; whoever starts it first makes them.
"""

import logging
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_log = logging.getLogger(__name__)


def compile_stale(folder: Path) -> int:
    """Compile the catalogues that changed since they were compiled; return how many."""
    stale = [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]
    for source in stale:
        try:
            _compile(source)
        except OSError:
            # Where nobody may write, whoever installed the house has compiled them.
            _log.warning("a catalogue cannot be compiled", extra={"path": str(source)})
    return len(stale)


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    # Processes that start together each write their own and rename it.
    fresh = source.with_suffix(f".{os.getpid()}.mo")
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    fresh.replace(source.with_suffix(".mo"))
