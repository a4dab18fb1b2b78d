"""Pages that are right until a moment only: what lies on the shelf, and how long it counts."""

import math
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core import clock
from app.indexes.models import Index
from app.simple.shelf import (
    AGING,
    ENDINGS,
    PAGES,
    STALE,
    UNTIL,
    Sheet,
    is_whole,
    moment,
    the_shelf,
)
from app.sources.page import IndexPage

# So long nobody is asked again who could not be asked just now.
RESPITE = timedelta(seconds=2)


def folder_of(page: IndexPage) -> str:
    """Return the folder of the shelf in which a page belongs."""
    if page.origin is not None and page.origin.is_stale:
        return STALE
    return PAGES if page.fresh_until is None else AGING


def find_sheet(index: Index, name: str, ending: str) -> Sheet | None:
    """Return a form of a project's page that counts at this moment, or None."""
    for folder in (PAGES, AGING, STALE):
        stem = the_shelf().page(index.slug, index.generation, name, folder)
        if folder == PAGES or counts(stem):
            sheet = the_shelf().find(stem, ending)
            if sheet is not None:
                return sheet if folder != STALE else replace(sheet, stale_since=_told(stem))
    return None


def counts(stem: str) -> bool:
    """Tell whether the moment of a page on the shelf is still to come."""
    return is_ahead(moment_of(f"{stem}.{UNTIL}"))


def is_ahead(moment: float) -> bool:
    """Tell whether a moment, in seconds, is still to come."""
    return moment == math.inf or moment > clock.now().timestamp()


def moment_of(path: str) -> float:
    """Return the moment that the time of a file tells; without the file it has passed."""
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - a path object costs more than the question
    except OSError:
        return 0.0


def set_moment(stem: str, page: IndexPage) -> None:
    """Let a page that ages count until its moment; raises `OSError`."""
    since = since_of(page)
    until = page.fresh_until if since is None else clock.now() + RESPITE
    if until is not None:
        told = b"" if since is None else since.astimezone(UTC).isoformat().encode()
        the_shelf().put(Path(f"{stem}.{UNTIL}"), [told], seconds=int(until.timestamp()))


def since_of(page: IndexPage) -> datetime | None:
    """Return when a stale page was right, or None for one that is not."""
    is_stale = page.origin is not None and page.origin.is_stale
    return page.origin.fetched_at if page.origin is not None and is_stale else None


def prolong(index: Index, page: IndexPage, texts: dict[str, bytes]) -> bool:
    """Let the very page that lies on the shelf count for longer; tell if it does."""
    folder = folder_of(page)
    if folder == PAGES:
        return False
    stem = the_shelf().page(index.slug, index.generation, page.normalized_name, folder)
    if not all(_is_the_same(stem, ending, page.serial, texts) for ending in ENDINGS):
        return False
    set_moment(stem, page)
    return True


def _is_the_same(stem: str, ending: str, serial: int, texts: dict[str, bytes]) -> bool:
    try:
        facts = Path(f"{stem}.{ending}").stat()
    except OSError:
        return False
    text = texts.get(ending)
    is_as_long = text is None or len(text) == facts.st_size
    is_as_new = int(facts.st_mtime) == moment(serial, ENDINGS[ending])
    return is_whole(facts) and is_as_long and is_as_new


def _told(stem: str) -> datetime | None:
    try:
        return datetime.fromisoformat(Path(f"{stem}.{UNTIL}").read_text())
    except (OSError, ValueError):
        # Taken down in this moment; the page in hand is as old as it can be told.
        return clock.now()
