"""Project pages: from the shelf, or made and laid there."""

import logging

from app.core.locks import LockBusy
from app.indexes.models import Index
from app.indexes.queries import MAIN
from app.projects.exceptions import ProjectNotFound
from app.simple import serializers
from app.simple.aging import find_sheet, folder_of, prolong, set_moment, since_of
from app.simple.negotiation import Form
from app.simple.opening import PAGE, alone, let_readers_in, page_key
from app.simple.shelf import Sheet, the_shelf
from app.sources.page import IndexPage
from app.sources.registry import source_for
from app.web.documents import compress

# The ways to the files from `/simple/<name>/`, and from below `/index/<slug>`.
NEAR, FAR = "../../files/", "../../../../files/"

_log = logging.getLogger(__name__)


def obtain_page(index: Index, name: str, form: Form) -> Sheet:
    """Return a form of a project's page, brought up to date and laid if there was none.

    Raises `ProjectNotFound`, or `Unavailable` when nobody could say what is on it.
    """
    sheet = find_sheet(index, name, form.ending)
    if sheet is None:
        # Before any lock: it may wait for an upstream.
        _freshen(index, name)
        sheet = _obtain_alone(index, name, form)
    let_readers_in(index)
    return sheet


def make_sheet(index: Index, name: str, form: Form, files: str) -> Sheet:
    """Return a form of a project's page with another way to the files, which no shelf has."""
    _freshen(index, name)
    return sheet_of(get_page(index, name), form, files)


def get_page(index: Index, name: str) -> IndexPage:
    """Return a project's page as it is known here; raises `ProjectNotFound`."""
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    return page


def sheet_of(page: IndexPage, form: Form, files: str) -> Sheet:
    """Return a page in one form; `files` is the way to the files, relative to it."""
    is_json = form.ending.startswith("json")
    write = serializers.page_as_json if is_json else serializers.page_as_html
    text = write(page, files)
    body = compress(text) if form.is_compressed else text
    return Sheet.of(body, page.serial, stale_since=since_of(page))


def lay_page(index: Index, page: IndexPage) -> None:
    """Lay all forms of a page whose lock is held."""
    _lay(index, page, texts_of(page, index.slug))


def packed(texts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the texts of a page together with their compressed forms, by their endings."""
    return texts | {f"{ending}.gz": compress(text) for ending, text in texts.items()}


def texts_of(page: IndexPage, slug: str) -> dict[str, bytes]:
    """Return a page, as an index shows it, as HTML and as JSON, by their endings."""
    files = NEAR if slug == MAIN else FAR
    return {
        "html": serializers.page_as_html(page, files),
        "json": serializers.page_as_json(page, files),
    }


def _freshen(index: Index, name: str) -> None:
    source = source_for(index)
    if source.has_upstreams:
        source.freshen(name)


def _obtain_alone(index: Index, name: str, form: Form) -> Sheet:
    try:
        with alone(PAGE, page_key(index.slug, name), index.slug) as now:
            return find_sheet(now, name, form.ending) or _make(now, name, form)
    except (LockBusy, OSError) as error:
        _log.warning("a page was made and not laid: %s", error, extra={"project": name})
        return sheet_of(get_page(index, name), form, NEAR if index.slug == MAIN else FAR)


def _make(index: Index, name: str, form: Form) -> Sheet:
    page = get_page(index, name)
    texts = texts_of(page, index.slug)
    if prolong(index, page, texts):
        sheet = find_sheet(index, name, form.ending)
        if sheet is not None:
            return sheet
    body = _lay(index, page, texts)[form.ending]
    return Sheet.of(body, page.serial, stale_since=since_of(page))


def _lay(index: Index, page: IndexPage, texts: dict[str, bytes]) -> dict[str, bytes]:
    bodies, folder = packed(texts), folder_of(page)
    slug, place, name = index.slug, index.generation, page.normalized_name
    stem = the_shelf().page(slug, place, name, folder)
    try:
        the_shelf().take_down_page(slug, place, name, but=folder)
        the_shelf().lay(stem, {ending: [body] for ending, body in bodies.items()}, page.serial)
        set_moment(stem, page)
    except OSError as error:
        _log.warning("a page was not laid: %s", error, extra={"project": page.name})
    return bodies
