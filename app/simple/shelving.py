"""What a change of the catalogue does to the shelf.

It takes its pages down before it commits and lays the new ones afterwards,
holding their locks all the while. Readers lay what they miss under the same
locks and read the database inside them. So no old page is laid after a change,
and whoever is killed in between leaves a missing page, never an old one.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from app.core.database import before_release, hold_until_end
from app.core.exceptions import DomainError, Unavailable
from app.indexes.events import VisibilityChanged
from app.indexes.queries import get_fresh_index
from app.projects.events import FilesWithdrawn, NamesChanged, PageChanged
from app.projects.queries import list_addresses
from app.simple.opening import PATIENCE_SECONDS, open_index, page_key
from app.simple.pages import lay_page
from app.simple.roots import find_current, lay_list, list_key, segments_of
from app.simple.shelf import the_shelf
from app.sources.registry import source_for

# Longer ones take more than some milliseconds: whoever asks first has them
# made, not whoever publishes.
LONG_PAGE, LONG_LIST = 2_000, 20_000

_log = logging.getLogger(__name__)


class ShelfStuck(Unavailable):
    """An old page cannot be taken down, so the change must not be made."""

    code = "shelf-stuck"
    message = "The shelf of index pages cannot be written to. Please try again later."


def take_down_page(event: PageChanged) -> None:
    """Take a project's page down until the change is committed, then lay the new one."""
    slug, name = event.index_slug, event.project
    with _held(page_key(slug, name)):
        generation = get_fresh_index(slug).generation
        the_shelf().take_down(the_shelf().page(slug, generation, name))
    before_release(partial(_lay_page, slug, name))


def withdraw_files(event: FilesWithdrawn) -> None:
    """Close the ways to a project's files; those that may be sent are found again."""
    slug, name = event.index_slug, event.project
    with _held(page_key(slug, name)):
        generation = get_fresh_index(slug).generation
        for sha256, filename in list_addresses(slug, name):
            the_shelf().withdraw(slug, generation, sha256, filename)


def take_down_list(event: NamesChanged) -> None:
    """Take the list of all projects down until the change is committed, then renew it."""
    slug = event.index_slug
    with _held(list_key(slug)):
        index = get_fresh_index(slug)
        the_shelf().take_down(the_shelf().root_list(slug, index.generation))
        if find_current(index) is not None:
            before_release(partial(_renew_list, slug, event.project))


def close_index(event: VisibilityChanged) -> None:
    """Let nobody read an index from the shelf until the change is committed."""
    with _held(event.index_slug):
        the_shelf().close(event.index_slug)
    before_release(partial(_open, event.index_slug))


@contextmanager
def _held(key: str) -> Iterator[None]:
    """Hold a lock until the transaction has ended; what the block cannot do refuses the change."""
    try:
        hold_until_end(the_shelf().locks.hold(key, patience=PATIENCE_SECONDS))
        yield
    except OSError as error:
        raise ShelfStuck from error


@contextmanager
def _afterwards() -> Iterator[None]:
    """Do what may fail: the change is made, and readers make what is missing."""
    try:
        yield
    except (DomainError, OSError, SQLAlchemyError) as error:
        _log.warning("the shelf was not brought up to date: %s", error)


def _lay_page(slug: str, name: str) -> None:
    with _afterwards():
        index = get_fresh_index(slug)
        if the_shelf().has(the_shelf().page(slug, index.generation, name)):
            # Another event of the same change was faster.
            return
        page = source_for(index).find_page(name)
        if page is not None and len(page.files) <= LONG_PAGE:
            lay_page(index, page)


def _renew_list(slug: str, name: str) -> None:
    with _afterwards():
        index = get_fresh_index(slug)
        known = segments_of(index).find()
        if known is None:
            return
        names = source_for(index).names
        known = segments_of(index).refresh(known, [name], names, index.names_serial)
        if known.count <= LONG_LIST:
            lay_list(index, known)


def _open(slug: str) -> None:
    with _afterwards():
        open_index(get_fresh_index(slug))
