"""Opening a place for a page, moving it, and removing it with all that was written there."""

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.events import tell
from app.extensions import db
from app.pages import queries
from app.pages.changing import begin_change, describe, note_change
from app.pages.directory import begin_generation
from app.pages.events import PageMoved, PageRemoved
from app.pages.exceptions import NotConfirmed, PathInUse, SeededStays, TooManyPages
from app.pages.models import Page, PageRedirect
from app.pages.paths import Path, demand_free, find_stem, read_path
from app.pages.redirects import make_redirect
from app.pages.seeded import list_seeded_locales, list_seeded_paths

MOST_PAGES = 2_000


def open_page(address: str, *, is_listed: bool = True, actor: Actor = OPERATOR) -> Page:
    """Make a place for a page, as yet without a text.

    Raises `BadPath`, `PathTaken` if the application answers there itself, and
    `PathInUse`.
    """
    begin_change(actor)
    path = read_path(address)
    _demand_room(path)
    if list_seeded_locales(path.path):
        raise PathInUse
    return _add_page(path, is_listed=is_listed, actor=actor)


def demand_page(path: str, actor: Actor) -> Page:
    """Return a page by its path, with a place of its own if its text came with the software."""
    page = queries.find_page(path)
    if page is not None:
        return page
    seeded = list_seeded_paths().get(path)
    if seeded is None:
        return queries.get_page(path)
    return _add_page(seeded, is_listed=True, actor=actor)


def change_place(
    path: str,
    address: str,
    *,
    is_listed: bool,
    leaves_redirect: bool = False,
    actor: Actor = OPERATOR,
) -> Page:
    """Give a page another path, and say whether the map of the site tells of it.

    One that came with the software stays where it is: the application leads there.
    """
    begin_change(actor)
    page, target = demand_page(path, actor), read_path(address)
    if target != Path(page.path, page.has_slash):
        if list_seeded_locales(path):
            raise SeededStays
        if target.path != page.path:
            _demand_room(target)
        page.path, page.has_slash = target.path, target.has_slash
        db.session.flush()  # A redirect may now lie where the page was.
        if leaves_redirect and target.path != path:
            make_redirect(path, target.address, actor=actor)
    page.is_listed = is_listed
    note_change(page, actor)
    tell(PageMoved(**describe(actor, path), target=target.address, is_listed=is_listed))
    return page


def remove_page(path: str, confirmation: str, *, actor: Actor = OPERATOR) -> None:
    """Remove a page with all its versions; `confirmation` is its path."""
    begin_change(actor)
    page = queries.get_page(path)
    if list_seeded_locales(path):
        raise SeededStays
    if find_stem(confirmation.strip()) != page.path:
        raise NotConfirmed
    db.session.delete(page)
    begin_generation()
    tell(PageRemoved(**describe(actor, path)))


def _demand_room(path: Path) -> None:
    demand_free(path.address)
    # A short way of writing it may be a route where the long one is none.
    demand_free(Path(path.path, not path.has_slash).address)
    if queries.find_page(path.path) or db.session.get(PageRedirect, path.path):
        raise PathInUse


def _add_page(path: Path, *, is_listed: bool, actor: Actor) -> Page:
    if queries.count_pages() >= MOST_PAGES:
        raise TooManyPages
    page = Page(
        path=path.path,
        has_slash=path.has_slash,
        is_listed=is_listed,
        created_at=clock.now(),
    )
    db.session.add(page)
    note_change(page, actor)
    db.session.flush()  # Texts need its number.
    return page
