"""The list of all projects: from the shelf, or put together and laid there."""

import logging
from threading import Lock

from app.core.exceptions import Unavailable
from app.core.i18n import _l
from app.core.locks import LockBusy
from app.indexes.models import Index
from app.simple import serializers
from app.simple.negotiation import Form
from app.simple.opening import LIST, PATIENCE_SECONDS, alone, let_readers_in
from app.simple.rootlist import Manifest, RootList
from app.simple.shelf import Sheet, the_shelf
from app.sources.registry import source_for
from app.web.documents import compress

_log = logging.getLogger(__name__)
# A long list fills memory when it is made for many at once.
_making = Lock()


def obtain_list(index: Index, form: Form) -> Sheet:
    """Return a form of the list of all projects, laid if it was missing."""
    sheet = _find(index, form) or _obtain_alone(index, form)
    let_readers_in(index)
    return sheet


def lay_list(index: Index) -> None:
    """Lay the list, whose lock is held, as the sum of its segments; raises `OSError`."""
    try:
        lay_sum(index, find_current(index) or rebuild_list(index))
    except OSError:
        # A segment that is gone or cut short is made anew, and all others with it.
        lay_sum(index, rebuild_list(index))


def lay_sum(index: Index, known: Manifest) -> None:
    """Lay the sum of segments as the list, whose lock is held; raises `OSError`."""
    stem = the_shelf().root_list(index.slug, index.generation)
    the_shelf().lay(stem, segments_of(index).forms(known), known.serial)


def rebuild_list(index: Index) -> Manifest:
    """Make all segments of the list, whose lock is held, anew; raises `OSError`."""
    return segments_of(index).rebuild(source_for(index).names(), list_serial(index))


def list_serial(index: Index) -> int:
    """Return the number of the change that the list of all projects shows.

    Other bases may bring other names although none of them changed.
    """
    return max(index.names_serial, index.floor_serial)


def segments_of(index: Index) -> RootList:
    """Return what the list is put together from."""
    return RootList(the_shelf(), the_shelf().segments(index.slug, index.generation))


def find_current(index: Index) -> Manifest | None:
    """Return the segments that show the names as they are, or None if they must be made anew."""
    known = segments_of(index).find()
    return known if known is not None and known.serial == list_serial(index) else None


def _find(index: Index, form: Form) -> Sheet | None:
    return the_shelf().find(the_shelf().root_list(index.slug, index.generation), form.ending)


def _obtain_alone(index: Index, form: Form) -> Sheet:
    try:
        with alone(LIST, index.slug, index.slug) as now:
            return _find(now, form) or _make(now, form)
    except (LockBusy, OSError) as error:
        _log.warning("the list of projects was made and not laid: %s", error)
        return _render(index, form)


def _make(index: Index, form: Form) -> Sheet:
    lay_list(index)
    return _find(index, form) or _render(index, form)


def _render(index: Index, form: Form) -> Sheet:
    if not _making.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable(_l("The list of all projects is being made. Please try again."))
    try:
        names, serial = source_for(index).names(), list_serial(index)
        write = serializers.root_as_json if "json" in form.ending else serializers.root_as_html
        body = write(names, serial)
        return Sheet.of(compress(body) if form.is_compressed else body, serial)
    finally:
        _making.release()
