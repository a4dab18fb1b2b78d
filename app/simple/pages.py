"""Project pages: from the shelf, or made and laid there."""

import logging

from app.core.locks import LockBusy
from app.indexes.models import Index
from app.projects.exceptions import ProjectNotFound
from app.simple import serializers
from app.simple.negotiation import Form
from app.simple.opening import PAGE, alone, let_readers_in, page_key
from app.simple.shelf import Sheet, the_shelf
from app.sources.page import IndexPage
from app.sources.registry import source_for
from app.web.documents import compress

# The way to the files from `/simple/<name>/`.
FILES = "../../files/"

_log = logging.getLogger(__name__)


def obtain_page(index: Index, name: str, form: Form) -> Sheet:
    """Return a form of a project's page, laid if it was missing; raises `ProjectNotFound`."""
    sheet = _find(index, name, form) or _obtain_alone(index, name, form)
    let_readers_in(index)
    return sheet


def lay_page(index: Index, page: IndexPage) -> dict[str, bytes]:
    """Lay all forms of a page whose lock is held, and return them by their endings."""
    bodies = render(page)
    stem = the_shelf().page(index.slug, index.generation, page.normalized_name)
    try:
        the_shelf().lay(stem, {ending: [body] for ending, body in bodies.items()}, page.serial)
    except OSError as error:
        _log.warning("a page was not laid: %s", error, extra={"project": page.name})
    return bodies


def render(page: IndexPage) -> dict[str, bytes]:
    """Return all forms of a page by their endings."""
    texts = texts_of(page)
    return texts | {f"{ending}.gz": compress(text) for ending, text in texts.items()}


def texts_of(page: IndexPage) -> dict[str, bytes]:
    """Return a page as HTML and as JSON, by their endings."""
    return {
        "html": serializers.page_as_html(page, FILES),
        "json": serializers.page_as_json(page, FILES),
    }


def _find(index: Index, name: str, form: Form) -> Sheet | None:
    stem = the_shelf().page(index.slug, index.generation, name)
    return the_shelf().find(stem, form.ending)


def _obtain_alone(index: Index, name: str, form: Form) -> Sheet:
    try:
        with alone(PAGE, page_key(index.slug, name), index.slug) as now:
            return _find(now, name, form) or _make(now, name, form)
    except (LockBusy, OSError) as error:
        _log.warning("a page was made and not laid: %s", error, extra={"project": name})
        page = _get_page(index, name)
        return Sheet.of(render(page)[form.ending], page.serial)


def _make(index: Index, name: str, form: Form) -> Sheet:
    page = _get_page(index, name)
    return Sheet.of(lay_page(index, page)[form.ending], page.serial)


def _get_page(index: Index, name: str) -> IndexPage:
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    return page
