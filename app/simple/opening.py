"""Who changes the shelf, which generation of an index counts there, and the ways to its files."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.database import begin_anew, end_reading, is_passed
from app.core.exceptions import DomainError
from app.core.locks import LockBusy
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.queries import PUBLIC, get_index, openness
from app.simple import shelf
from app.simple.shelf import the_shelf
from app.sources.base import Source, find_stored
from app.sources.page import StoredFile
from app.sources.registry import source_for

# What a lock is for: a project's page and the ways to its files, the list of all
# projects, or which generation of an index counts.
PAGE, LIST, INDEX = "page", "list", "index"
# Installers wait 8 s for a first byte, and a change may wait for a reader who lays.
PATIENCE_SECONDS = 6

_log = logging.getLogger(__name__)


def page_key(slug: str, name: str) -> str:
    """Return the key of the lock on a project's page."""
    return f"{slug}/{name}"


@contextmanager
def alone(kind: str, key: str, slug: str, *, patience: float = PATIENCE_SECONDS) -> Iterator[Index]:
    """Hold a lock as a reader who lays, and give the index as it is then; raises `LockBusy`.

    The connection is had before the lock, because whoever waits for a lock may
    have the last one.
    """
    begin_anew()
    with the_shelf().locks.hold(kind, key, patience=patience):
        if not is_passed(turn(kind, key)):
            # Who held it was killed, and the database is still doing what it was told.
            raise LockBusy
        yield get_index(slug)
        end_reading()


def turn(kind: str, key: str) -> str:
    """Return the name under which changes pass one another in the database."""
    return f"shelf:{kind}:{key}"


def let_readers_in(index: Index) -> None:
    """Let those who may read an index find its pages on the shelf."""
    if the_shelf().is_open_to(index.slug, index.generation, link_of(index)):
        return
    try:
        with alone(INDEX, index.slug, index.slug) as now:
            the_shelf().open_to(now.slug, now.generation, link_of(now))
            the_shelf().forget_others(now.slug, now.generation)
    except (LockBusy, OSError) as error:
        _log.warning("the shelf was not opened: %s", error, extra={"index": index.slug})


def lead_to(slug: str, address: str, stored: StoredFile) -> None:
    """Lay the way by which an index sends a file, so that it is found without the database.

    `address` is the digest in its URL, for core metadata that of the wheel.
    """
    path, name = blobs().find_path(stored.sha256), stored.filename
    if path is None or the_shelf().leads(slug, address, name):
        return
    try:
        with alone(PAGE, page_key(slug, stored.project), slug, patience=0) as index:
            # Asked again, now that nobody can withdraw it.
            if find_here(source_for(index), address, name) == stored:
                the_shelf().lead(the_shelf().file(slug, index.generation, address, name), path)
        let_readers_in(index)
    except (DomainError, OSError) as error:
        # Withdrawn, or another one is at it: the file goes out all the same.
        _log.info("no way to a file was laid: %s", error, extra={"file": name})


def find_here(source: Source, address: str, filename: str) -> StoredFile | None:
    """Return a file or the core metadata of a wheel, or None if its bytes are not here."""
    found = find_stored(source, address, filename)
    return found if isinstance(found, StoredFile) else None


def link_of(index: Index) -> str:
    """Return the name of the link under which the readers of an index find it."""
    return shelf.PUBLIC if openness(index) == PUBLIC else shelf.GUARDED
