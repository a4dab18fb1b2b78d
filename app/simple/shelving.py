"""What a change of the catalogue does to the shelf.

It takes its pages down before it commits and lays the new ones afterwards,
holding their locks all the while. Readers lay what they miss under the same
locks and read the database inside them. So no old page is laid after a change,
and whoever is killed in between leaves a missing page, never an old one.

A change of an index concerns all that have it among their bases. What lies there
is taken down as well, and made again by whoever asks for it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.core.database import follow_up, hold_until_end, wait_for_turn
from app.core.exceptions import Unavailable
from app.core.i18n import _l
from app.indexes.events import IndexRemoved, PagesVoided
from app.indexes.models import Index
from app.indexes.queries import get_fresh_index, list_showing
from app.indexes.services import last_serial
from app.mirror.queries import list_addresses as list_copied
from app.mirror.queries import list_copies
from app.projects.events import (
    CopyChanged,
    FilesWithdrawn,
    NamesChanged,
    NamesLoaded,
    PageChanged,
)
from app.projects.queries import count_files, list_addresses
from app.simple.aging import folder_of
from app.simple.opening import INDEX, LIST, PAGE, PATIENCE_SECONDS, link_of, page_key, turn
from app.simple.pages import packed, texts_of
from app.simple.rootlist import Manifest
from app.simple.roots import find_current, lay_sum, list_serial, segments_of
from app.simple.shelf import PAGES, the_shelf
from app.sources.registry import source_for

# Longer ones take more than some milliseconds: whoever asks first has them
# made, not whoever publishes.
LONG_PAGE, LONG_LIST = 2_000, 20_000

_log = logging.getLogger(__name__)


class ShelfStuck(Unavailable):
    """An old page cannot be taken down, so the change must not be made."""

    code = "shelf-stuck"
    message = _l("The shelf of index pages cannot be written to. Please try again later.")


class BasesChanged(Unavailable):
    """Another index began to show what is being changed, and nobody told its readers."""

    code = "bases-changed"
    message = _l("The bases of an index are being changed. Please try again.")


@dataclass
class _NewPage:
    """The page of a project that changed: rendered inside the transaction, laid after it."""

    slug: str
    name: str
    stem: str = ""
    serial: int = 0
    bodies: dict[str, bytes] = field(default_factory=dict)

    def prepare(self) -> None:
        """Render the page as it will be, unless that takes long."""
        with _harmless():
            index = get_fresh_index(self.slug)
            self.stem = the_shelf().page(self.slug, index.generation, self.name)
            if count_files(index.id, self.name) > LONG_PAGE:
                return
            page = source_for(index).find_page(self.name)
            if page is not None and folder_of(page) == PAGES:
                self.bodies, self.serial = packed(texts_of(page, self.slug)), page.serial

    def finish(self) -> None:
        """Lay the page."""
        with _harmless():
            if self.bodies:
                forms = {ending: [body] for ending, body in self.bodies.items()}
                the_shelf().lay(self.stem, forms, self.serial)


@dataclass
class _NewList:
    """The list of all projects with changed names; `known` are its segments."""

    slug: str
    known: Manifest | None
    names: set[str] = field(default_factory=set)
    index: Index | None = None

    def prepare(self) -> None:
        """Make the segments of the changed names anew."""
        with _harmless():
            self.index = index = get_fresh_index(self.slug)
            known, self.known = self.known, None
            if known is not None:
                read = source_for(index).names
                refresh = segments_of(index).refresh
                self.known = refresh(known, self.names, read, list_serial(index))

    def finish(self) -> None:
        """Keep the segments and, if it takes no time, lay their sum."""
        with _harmless():
            if self.index is not None and self.known is not None:
                segments_of(self.index).keep(self.known)
                if self.known.count <= LONG_LIST:
                    lay_sum(self.index, self.known)


@dataclass
class _NewReaders:
    """An index that was opened or closed."""

    slug: str
    generation: int = 0
    link: str = ""

    def prepare(self) -> None:
        """See how it will be."""
        index = get_fresh_index(self.slug)
        self.generation, self.link = index.generation, link_of(index)

    def finish(self) -> None:
        """Let those who may read it find it."""
        with _harmless():
            the_shelf().open_to(self.slug, self.generation, self.link)
            the_shelf().forget_others(self.slug, self.generation)


@dataclass
class _NoIndex:
    """An index that was removed."""

    slug: str

    def prepare(self) -> None:
        """There is nothing to see any more."""

    def finish(self) -> None:
        """Remove what it had here."""
        with _harmless():
            the_shelf().forget(self.slug)


@dataclass
class _Concerned:
    """Which indexes show what others have: those and all above them.

    `voided` are those whose pages this very change voids.
    """

    showing: dict[str, list[str]] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """See that none came in while the change was made; raises `BasesChanged`.

        By now the change has its number, and whoever changes bases takes one first.
        """
        for slug, known in self.showing.items():
            if set(list_showing(slug)) - {*known} - self.voided:
                raise BasesChanged

    def finish(self) -> None:
        """Do nothing more."""


class _Noted:
    """The number up to which the shelf has followed the changes."""

    serial = 0

    def prepare(self) -> None:
        """See which number the change has."""
        self.serial = last_serial()

    def finish(self) -> None:
        """Note it, so that a shelf which missed a change is known."""
        with _harmless():
            the_shelf().note(self.serial)


def take_down_page(event: PageChanged) -> None:
    """Take a project's page down until the change is committed, then lay the new one."""
    name = event.project
    # What an upstream has under a name is not to be had under ours.
    copies = () if isinstance(event, CopyChanged) else list_copies(name)
    for slug in _list_concerned(event.index_slug):
        with _held(PAGE, page_key(slug, name)):
            generation = get_fresh_index(slug).generation
            the_shelf().take_down_page(slug, generation, name)
            for address, filename in copies:
                the_shelf().withdraw(slug, generation, address, filename)
    if not isinstance(event, CopyChanged):
        follow_up((PAGE, event.index_slug, name), _NewPage(event.index_slug, name))


def withdraw_files(event: FilesWithdrawn) -> None:
    """Close the ways to the files that a change is about; what may be sent is found again."""
    name, filename = event.project, getattr(event, "filename", None)
    if isinstance(event, CopyChanged):
        ways = list_copied(event.index_slug, name, filename=filename)
    else:
        ways = list_addresses(event.index_slug, name, **_narrow(event))
    for slug in _list_concerned(event.index_slug):
        with _held(PAGE, page_key(slug, name)):
            generation = get_fresh_index(slug).generation
            for address, filename in ways:
                the_shelf().withdraw(slug, generation, address, filename)


def take_down_list(event: NamesChanged) -> None:
    """Take the list of all projects down until the change is committed, then renew it."""
    for slug in _list_concerned(event.index_slug):
        with _held(LIST, slug):
            index = get_fresh_index(slug)
            the_shelf().take_down(the_shelf().root_list(slug, index.generation))
            follow_up((LIST, slug), _NewList(slug, find_current(index))).names.add(event.project)


def take_down_lists(event: NamesLoaded) -> None:
    """Take the lists down that show the names of an upstream; whoever asks has them made."""
    for slug in _list_concerned(event.index_slug):
        with _held(LIST, slug):
            generation = get_fresh_index(slug).generation
            the_shelf().take_down(the_shelf().root_list(slug, generation))


def close_index(event: PagesVoided) -> None:
    """Let nobody read an index from the shelf until the change is committed."""
    with _held(INDEX, event.index_slug):
        the_shelf().close(event.index_slug)
    follow_up((INDEX, event.index_slug), _NewReaders(event.index_slug))
    follow_up("concerned", _Concerned()).voided.add(event.index_slug)


def clear_index(event: IndexRemoved) -> None:
    """Let nobody read an index from the shelf, and remove its pages when it is gone."""
    with _held(INDEX, event.index_slug):
        the_shelf().close(event.index_slug)
    follow_up((INDEX, event.index_slug), _NoIndex(event.index_slug))


def note_change(_event: PageChanged) -> None:
    """Note that the shelf follows this change."""
    follow_up("noted", _Noted())


def _list_concerned(slug: str) -> list[str]:
    """Return the indexes that show what an index has, asked once in a transaction.

    In one order everywhere, so that two changes never wait for each other in a circle.
    """
    concerned = follow_up("concerned", _Concerned())
    if slug not in concerned.showing:
        concerned.showing[slug] = list_showing(slug)
    return concerned.showing[slug]


def _narrow(event: FilesWithdrawn) -> dict[str, str]:
    """Return what an event tells of the files that it is about."""
    told = ((part, getattr(event, part, None)) for part in ("version", "filename"))
    return {part: value for part, value in told if value is not None}


@contextmanager
def _held(kind: str, key: str) -> Iterator[None]:
    """Hold a lock until the transaction has ended; what the block cannot do refuses the change."""
    # In the database too, which may go on with a commit when this process is dead.
    wait_for_turn(turn(kind, key))
    try:
        hold_until_end(the_shelf().locks.hold(kind, key, patience=PATIENCE_SECONDS))
        yield
    except OSError as error:
        raise ShelfStuck from error


@contextmanager
def _harmless() -> Iterator[None]:
    """Log whatever fails: the change stands, and readers make what is missing."""
    try:
        yield
    except Exception:
        _log.exception("the shelf was not brought up to date")
