"""The list of all projects: from the shelf, or put together and laid there."""

import logging

from app.core.database import release_connection
from app.core.locks import LockBusy
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.simple import serializers
from app.simple.negotiation import Form
from app.simple.opening import PATIENCE_SECONDS, open_index
from app.simple.rootlist import Manifest, RootList
from app.simple.shelf import Sheet, the_shelf
from app.sources.registry import source_for
from app.web.documents import compress

_log = logging.getLogger(__name__)


def list_key(slug: str) -> str:
    """Return the key of the lock on the list of all projects."""
    return f"{slug}/"


def obtain_list(index: Index, form: Form) -> Sheet:
    """Return a form of the list of all projects, laid if it was missing."""
    found = _find(index, form)
    if found is not None:
        return found
    release_connection()
    try:
        with the_shelf().locks.hold(list_key(index.slug), patience=PATIENCE_SECONDS):
            index = get_index(index.slug)
            return _find(index, form) or _make(index, form)
    except (LockBusy, OSError) as error:
        _log.warning("the list of projects was made and not laid: %s", error)
        return _render(index, form)


def lay_list(index: Index, known: Manifest) -> None:
    """Lay the list, whose lock is held, as the sum of its segments; raises `OSError`."""
    stem = the_shelf().root_list(index.slug, index.generation)
    the_shelf().lay(stem, segments_of(index).forms(known), known.serial)
    open_index(index)


def rebuild_list(index: Index) -> Manifest:
    """Make all segments of the list, whose lock is held, anew; raises `OSError`."""
    return segments_of(index).rebuild(source_for(index).names(), index.names_serial)


def segments_of(index: Index) -> RootList:
    """Return what the list is put together from."""
    return RootList(the_shelf(), the_shelf().segments(index.slug, index.generation))


def find_current(index: Index) -> Manifest | None:
    """Return the segments that show the names as they are, or None if they must be made anew."""
    known = segments_of(index).find()
    return known if known is not None and known.serial == index.names_serial else None


def _find(index: Index, form: Form) -> Sheet | None:
    return the_shelf().find(the_shelf().root_list(index.slug, index.generation), form.ending)


def _make(index: Index, form: Form) -> Sheet:
    lay_list(index, find_current(index) or rebuild_list(index))
    laid = _find(index, form)
    if laid is None:
        raise FileNotFoundError("the list was removed at once")
    return laid


def _render(index: Index, form: Form) -> Sheet:
    names = source_for(index).names()
    write = serializers.root_as_json if "json" in form.ending else serializers.root_as_html
    body = write(names, index.names_serial)
    return Sheet.of(compress(body) if form.is_compressed else body, index.names_serial)
