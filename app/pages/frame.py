"""What of pages stands around every page of the site: the links in its header and footer."""

import logging
from dataclasses import dataclass

from flask import g
from sqlalchemy.exc import SQLAlchemyError

from app.core.i18n import reader_locale
from app.pages.directory import last_directory, recall_directory
from app.pages.public import FOOTER, HEADER, Directory, MenuLink, choose_language

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ShownLink:
    """A link of a menu as a reader sees it; `lang` is set if its words are in another language.

    One that is in the footer as well may be left out where there is little room.
    """

    url: str
    label: str
    lang: str | None
    is_current: bool
    is_twice: bool


def site_directory() -> Directory:
    """Return what there is of pages, asked for once in a request.

    A page that tells that the database is away must not wait for it once more.
    """
    if "page_directory" not in g:
        g.page_directory = last_directory() if g.get("is_database_away") else _recall()
    directory: Directory = g.page_directory
    return directory


def show_links(place: str, *, prefix: str, here: str) -> list[ShownLink]:
    """Return the links of a menu for the reader of the page at a path."""
    menus = site_directory().menus
    twice = {link.target for link in menus.get(FOOTER, ())} if place == HEADER else set()
    return [_show(link, prefix, here, twice) for link in menus.get(place, ())]


def _show(link: MenuLink, prefix: str, here: str, twice: set[str]) -> ShownLink:
    wanted = reader_locale()
    locale = choose_language(link.labels, wanted)
    return ShownLink(
        url=f"{prefix}{link.target}" if link.target.startswith("/") else link.target,
        label=link.labels[locale],
        lang=None if locale == wanted else locale.replace("_", "-"),
        is_current=link.target == here,
        is_twice=link.target in twice,
    )


def _recall() -> Directory:
    try:
        return recall_directory()
    except SQLAlchemyError as error:
        _log.warning("the menus are those of before", extra={"reason": type(error).__name__})
        return last_directory()
