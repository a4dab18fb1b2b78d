"""Which generation of an index counts on the shelf, and the ways to its files."""

import logging

from app.core.database import release_connection
from app.core.exceptions import DomainError
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.permissions import PUBLIC
from app.indexes.queries import get_fresh_index, get_index
from app.simple import shelf
from app.simple.shelf import METADATA, the_shelf
from app.sources.base import Source
from app.sources.page import StoredFile
from app.sources.registry import source_for

# Installers wait 8 s for a first byte, and a change may wait for a reader who lays.
PATIENCE_SECONDS = 6

_log = logging.getLogger(__name__)


def page_key(slug: str, name: str) -> str:
    """Return the key of the lock on a project's page and on the ways to its files."""
    return f"{slug}/{name}"


def open_index(index: Index) -> None:
    """Let those who may read an index find its pages on the shelf; raises `OSError`."""
    if the_shelf().is_open_to(index.slug, index.generation, link_of(index)):
        return
    with the_shelf().locks.hold(index.slug, patience=PATIENCE_SECONDS):
        # It may be another one since: the database is asked while nobody can change it.
        now = get_fresh_index(index.slug)
        the_shelf().open_to(now.slug, now.generation, link_of(now))
        the_shelf().forget_others(now.slug, now.generation)


def lead_to(sha256: str, stored: StoredFile) -> None:
    """Lay the way to a file that may be sent, so that it is found without the database.

    `sha256` is the digest in its address, that of the wheel for core metadata.
    """
    path = blobs().find_path(stored.sha256)
    slug, name = stored.index_slug, stored.filename
    if path is None or the_shelf().leads(slug, sha256, name):
        return
    release_connection()
    try:
        with the_shelf().locks.hold(page_key(slug, stored.project), patience=0):
            # Asked again, now that nobody can withdraw it.
            index = get_index(slug)
            if find_stored(source_for(index), sha256, name) == stored:
                the_shelf().lead(the_shelf().file(slug, index.generation, sha256, name), path)
                open_index(index)
    except (DomainError, OSError) as error:
        # Withdrawn, or another one is at it: the file goes out all the same.
        _log.info("no way to a file was laid: %s", error, extra={"file": name})


def find_stored(source: Source, sha256: str, filename: str) -> StoredFile | None:
    """Return a file or the core metadata of a wheel by its address, or None."""
    if filename.endswith(METADATA):
        return source.find_metadata(sha256, filename.removesuffix(METADATA))
    return source.find_file(sha256, filename)


def link_of(index: Index) -> str:
    """Return the name of the link under which the readers of an index find it."""
    return shelf.PUBLIC if index.visibility == PUBLIC else shelf.GUARDED
