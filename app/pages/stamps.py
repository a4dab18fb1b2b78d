"""A file that tells all processes of a machine when pages have changed.

Looking at it costs a thousandth of a question to the database, and every page of the
site would ask.
"""

import os
from contextlib import suppress
from pathlib import Path

from app.core.runtime import data_path

Stamp = tuple[int, int]


def read_stamp() -> Stamp | None:
    """Return what differs after every change; None before the first one."""
    try:
        found = os.stat(_path())  # noqa: PTH116 - a path object costs as much as the question
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def renew_stamp() -> None:
    """Tell the other processes that pages have changed.

    If that fails they find out by themselves a little later.
    """
    fresh = _path().with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        fresh.touch()
        fresh.replace(_path())


def _path() -> Path:
    return data_path("pages.stamp")
