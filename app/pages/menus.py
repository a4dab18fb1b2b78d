"""Changing the links in the header and the footer."""

from collections.abc import Mapping

from sqlalchemy import delete

from app.accounts.actors import OPERATOR, Actor
from app.core.events import tell
from app.core.i18n import LANGUAGES
from app.extensions import db
from app.pages.changing import begin_change
from app.pages.directory import begin_generation
from app.pages.events import MenuChanged
from app.pages.exceptions import BadLabel, PageNotFound, TooManyPages
from app.pages.links import Menus, default_menus, has_own_menus, read_menus
from app.pages.models import MenuEntry
from app.pages.public import PLACES, MenuLink
from app.pages.redirects import clean_target

MOST_LINKS = 20
LONGEST_LABEL = 60
UP, DOWN, REMOVE = "up", "down", "remove"
STEPS = (UP, DOWN, REMOVE)


def add_link(
    place: str, target: str, labels: Mapping[str, str], *, actor: Actor = OPERATOR
) -> MenuLink:
    """Put a link at the end of a menu, or change the one that leads to the same place."""
    begin_change(actor)
    link = clean_link(target, labels)
    menus = read_menus(are_own=has_own_menus())
    links = [*menus[_demand_place(place)]]
    same = next((at for at, known in enumerate(links) if known.target == link.target), None)
    if same is None:
        links.append(link)
    else:
        links[same] = link
    _keep({**menus, place: tuple(links)}, actor)
    return link


def move_link(place: str, target: str, step: str, *, actor: Actor = OPERATOR) -> None:
    """Move a link of a menu `up` or `down`, or `remove` it; raises `PageNotFound`."""
    begin_change(actor)
    menus = read_menus(are_own=has_own_menus())
    links = [*menus[_demand_place(place)]]
    at = next((at for at, known in enumerate(links) if known.target == target), None)
    if at is None or step not in STEPS:
        raise PageNotFound
    link = links.pop(at)
    if step != REMOVE:
        links.insert(max(at - 1, 0) if step == UP else at + 1, link)
    _keep({**menus, place: tuple(links)}, actor)


def replace_menus(menus: Menus, *, actor: Actor = OPERATOR) -> None:
    """Have other links in all menus."""
    begin_change(actor)
    clean = {
        place: tuple(clean_link(link.target, link.labels) for link in menus.get(place, ()))
        for place in PLACES
    }
    _keep(clean, actor)


def reset_menus(*, actor: Actor = OPERATOR) -> None:
    """Have the links again that came with the software."""
    begin_change(actor)
    db.session.execute(delete(MenuEntry))
    begin_generation(has_menus=False)
    _tell(actor, default_menus())


def clean_link(target: str, labels: Mapping[str, str]) -> MenuLink:
    """Return a link as it is kept; raises `BadTarget` and `BadLabel`."""
    clean = {locale: " ".join(label.split()) for locale, label in labels.items() if label.strip()}
    is_good = all(
        locale in LANGUAGES and len(label) <= LONGEST_LABEL and label.isprintable()
        for locale, label in clean.items()
    )
    if not clean or not is_good:
        raise BadLabel
    return MenuLink(target=clean_target(target), labels=clean)


def _keep(menus: Menus, actor: Actor) -> None:
    if any(len(links) > MOST_LINKS for links in menus.values()):
        raise TooManyPages
    db.session.execute(delete(MenuEntry))
    for place, links in menus.items():
        for position, link in enumerate(links):
            facts = {"target": link.target, "labels": dict(link.labels)}
            db.session.add(MenuEntry(place=place, position=position, **facts))
    begin_generation(has_menus=True)
    _tell(actor, menus)


def _tell(actor: Actor, menus: Menus) -> None:
    links = sum(map(len, menus.values()))
    tell(MenuChanged(by=actor.account_id, actor=actor.username, links=links))


def _demand_place(place: str) -> str:
    if place not in PLACES:
        raise PageNotFound
    return place
