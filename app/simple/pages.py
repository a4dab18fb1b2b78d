"""Project pages: from the shelf, or made and laid there."""

import logging

from app.core.database import release_connection
from app.core.locks import LockBusy
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.exceptions import ProjectNotFound
from app.simple import serializers
from app.simple.negotiation import Form
from app.simple.opening import PATIENCE_SECONDS, open_index, page_key
from app.simple.shelf import Sheet, the_shelf
from app.sources.page import IndexPage
from app.sources.registry import source_for
from app.web.documents import compress

# The way to the files from `/simple/<name>/`.
FILES = "../../files/"

_log = logging.getLogger(__name__)


def obtain_page(index: Index, name: str, form: Form) -> Sheet:
    """Return a form of a project's page, laid if it was missing; raises `ProjectNotFound`."""
    found = _find(index, name, form)
    if found is not None:
        return found
    # Whoever holds the lock may be waiting for a connection.
    release_connection()
    try:
        with the_shelf().locks.hold(page_key(index.slug, name), patience=PATIENCE_SECONDS):
            index = get_index(index.slug)
            return _find(index, name, form) or _make(index, name, form)
    except (LockBusy, OSError) as error:
        _log.warning("a page was made and not laid: %s", error, extra={"project": name})
        page = _get_page(index, name)
        return Sheet.of(_render(page)[form.ending], page.serial)


def lay_page(index: Index, page: IndexPage) -> dict[str, bytes]:
    """Lay all forms of a page whose lock is held, and return them by their endings."""
    bodies = _render(page)
    stem = the_shelf().page(index.slug, index.generation, page.normalized_name)
    try:
        the_shelf().lay(stem, {ending: [body] for ending, body in bodies.items()}, page.serial)
        open_index(index)
    except (LockBusy, OSError) as error:
        _log.warning("a page was not laid: %s", error, extra={"project": page.name})
    return bodies


def texts_of(page: IndexPage) -> dict[str, bytes]:
    """Return a page as HTML and as JSON, by their endings on the shelf."""
    return {
        "html": serializers.page_as_html(page, FILES),
        "json": serializers.page_as_json(page, FILES),
    }


def _find(index: Index, name: str, form: Form) -> Sheet | None:
    stem = the_shelf().page(index.slug, index.generation, name)
    return the_shelf().find(stem, form.ending)


def _make(index: Index, name: str, form: Form) -> Sheet:
    page = _get_page(index, name)
    return Sheet.of(lay_page(index, page)[form.ending], page.serial)


def _get_page(index: Index, name: str) -> IndexPage:
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    return page


def _render(page: IndexPage) -> dict[str, bytes]:
    texts = texts_of(page)
    return texts | {f"{ending}.gz": compress(text) for ending, text in texts.items()}
