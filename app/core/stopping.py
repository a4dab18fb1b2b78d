"""Telling that this machine is about to stop, before anything stops.

Whoever spreads requests over several machines looks at `/readyz` now and then; so it says
"no" for some seconds while everything is still answered. The sign is a file, because web
processes of any server must see it.
"""

import platform
import time
from contextlib import suppress
from pathlib import Path

from flask import Flask

from app.core.runtime import data_path, part

_PART = "stopping_since"
_FORGOTTEN_SECONDS = 3600.0


def init_app(app: Flask) -> None:
    """Note when an application began: signs that are older were meant for others."""
    app.extensions[_PART] = time.time()


def announce(folder: Path) -> None:
    """Say that this machine is about to stop; `folder` is DATA_DIR."""
    _sign(folder).write_bytes(b"")


def is_announced() -> bool:
    """Tell whether this process is about to be stopped."""
    with suppress(OSError):
        moment = _sign(data_path()).stat().st_mtime
        began: float = part(_PART)
        return max(began, time.time() - _FORGOTTEN_SECONDS) < moment
    return False


def _sign(folder: Path) -> Path:
    # Several machines may share the folder.
    return folder / f"stopping.{platform.node() or 'here'}"
