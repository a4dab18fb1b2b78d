"""Reading the links of the menus: those that came with the software, or an administrator's."""

from collections.abc import Mapping

from sqlalchemy import select

from app.core.settings import find_setting, share
from app.extensions import db
from app.pages.models import MenuEntry
from app.pages.paths import find_rule, find_stem
from app.pages.public import PLACES, Destination, MenuLink, PublicPage
from app.pages.seeded import list_seeded

# Which generation of pages there is, and whether the menus are an administrator's.
STATE = share("pages")
GENERATION, HAS_MENUS = "generation", "has_menus"

Menus = dict[str, tuple[MenuLink, ...]]


def has_own_menus() -> bool:
    """Tell whether somebody has changed the menus."""
    return bool((find_setting(STATE) or {}).get(HAS_MENUS))


def read_menus(*, are_own: bool) -> Menus:
    """Return all links of the menus, those that lead nowhere too."""
    if not are_own:
        return default_menus()
    rows = db.session.scalars(select(MenuEntry).order_by(MenuEntry.position, MenuEntry.id)).all()
    return {
        place: tuple(
            MenuLink(target=row.target, labels=row.labels) for row in rows if row.place == place
        )
        for place in PLACES
    }


def default_menus() -> Menus:
    """Return the menus that the texts which came with the software ask for."""
    found: dict[str, dict[tuple[int, str], dict[str, str]]] = {place: {} for place in PLACES}
    for seeded in list_seeded().values():
        for link in seeded.links:
            key = (link.position, seeded.path.address)
            found[link.place].setdefault(key, {})[seeded.locale] = link.label
    return {
        place: tuple(
            MenuLink(target=target, labels=labels) for (_, target), labels in sorted(links.items())
        )
        for place, links in found.items()
    }


def open_menus(
    menus: Menus, pages: Mapping[str, PublicPage], redirects: Mapping[str, Destination]
) -> Menus:
    """Leave out the links to pages that nobody may see."""
    known = {*pages, *redirects}
    return {
        place: tuple(link for link in links if _leads_somewhere(link.target, known))
        for place, links in menus.items()
    }


def _leads_somewhere(target: str, known: set[str]) -> bool:
    if not target.startswith("/"):
        return True
    path = target.partition("#")[0].partition("?")[0]
    return find_stem(path) in known or find_rule(path) is not None
