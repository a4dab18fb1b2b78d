"""Switching things off for the whole site, and messages on all its pages."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.accounts.actors import Actor
from app.admin.events import (
    BannerChanged,
    BannerPutUp,
    BannerTakenDown,
    FlagTurnedOff,
    FlagTurnedOn,
)
from app.admin.exceptions import (
    BadBanner,
    BadReason,
    BannerNotFound,
    TooManyBanners,
    UnknownFlag,
)
from app.core.database import wait_for_turn
from app.core.events import tell
from app.core.i18n import LANGUAGES, _l
from app.core.settings import keep_setting
from app.core.sitestate import FLAGS, KEY, LEVELS, Banner, SiteState, Texts, site_state
from app.indexes.permissions import demand_site_admin
from app.web.http import is_local

# It goes into reason phrases, which hold 200 characters with the words before it.
LONGEST_REASON = 150
LONGEST_TEXT, LONGEST_URL = 500, 500
MOST_BANNERS = 5

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a banner is to say, and when; `texts` are by language."""

    level: str
    texts: Texts
    url: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def turn_on(actor: Actor, flag: str, reason: Texts) -> None:
    """Turn a flag on, or give another reason for it."""
    state = _hold(actor)
    _demand_flag(flag)
    texts = {locale: " ".join(text.split()) for locale, text in reason.items() if text.strip()}
    if any(len(text) > LONGEST_REASON or _CONTROLS.search(text) for text in texts.values()):
        raise BadReason
    _keep(replace(state, flags={**state.flags, flag: texts}))
    tell(FlagTurnedOn(flag=flag, reason=texts, **_by(actor)))


def turn_off(actor: Actor, flag: str) -> None:
    """Turn a flag off; one that is off stays so."""
    state = _hold(actor)
    _demand_flag(flag)
    if state.is_on(flag):
        _keep(replace(state, flags={on: why for on, why in state.flags.items() if on != flag}))
        tell(FlagTurnedOff(flag=flag, **_by(actor)))


def put_up(actor: Actor, message: Message) -> int:
    """Show a message on all pages and return its number."""
    state = _hold(actor)
    if len(state.banners) >= MOST_BANNERS:
        raise TooManyBanners
    # The number of the change that brings it: no other banner ever had it.
    banner = Banner(id=state.number + 1, **vars(_checked(message)))
    _keep(replace(state, banners=(*state.banners, banner)))
    tell(BannerPutUp(**_facts(actor, banner)))
    return banner.id


def change(actor: Actor, banner_id: int, message: Message) -> None:
    """Show another message in place of one, or at another time."""
    state = _hold(actor)
    _demand_banner(state, banner_id)
    banner = Banner(id=banner_id, **vars(_checked(message)))
    _keep(_with(state, *(banner if each.id == banner_id else each for each in state.banners)))
    tell(BannerChanged(**_facts(actor, banner)))


def take_down(actor: Actor, banner_id: int) -> None:
    """Take a message from all pages."""
    state = _hold(actor)
    _demand_banner(state, banner_id)
    _keep(_with(state, *(each for each in state.banners if each.id != banner_id)))
    tell(BannerTakenDown(banner_id=banner_id, **_by(actor)))


def find_banner(banner_id: int) -> Banner:
    """Return a message by its number; raises `BannerNotFound`."""
    return _demand_banner(site_state(), banner_id)


def _hold(actor: Actor) -> SiteState:
    """Return the state, which nobody else changes until the end of the transaction."""
    demand_site_admin(actor)
    wait_for_turn(KEY)
    return site_state()


def _keep(state: SiteState) -> None:
    keep_setting(KEY, replace(state, number=state.number + 1).as_value())


def _with(state: SiteState, *banners: Banner) -> SiteState:
    return replace(state, banners=banners)


def _checked(message: Message) -> Message:
    texts = {locale: " ".join(text.split()) for locale, text in message.texts.items()}
    texts = {locale: text for locale, text in texts.items() if text and locale in LANGUAGES}
    url = message.url.strip()
    if message.level not in LEVELS:
        raise BadBanner(_l("A message is for information, or a warning."))
    if not texts or any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise BadBanner(_l("A message has 1 to 500 characters, in at least one language."))
    if any(map(_CONTROLS.search, (*texts.values(), url))):
        raise BadBanner(_l("This holds a character that cannot be used."))
    if url and not _is_good(url):
        raise BadBanner(_l("A link begins with https:// or http://, or with / on this site."))
    if message.starts_at and message.ends_at and message.ends_at <= message.starts_at:
        raise BadBanner(_l("A message ends after it begins."))
    return replace(message, texts=texts, url=url)


def _is_good(url: str) -> bool:
    begins = url.startswith(("https://", "http://")) or is_local(url)
    return begins and len(url) <= LONGEST_URL and " " not in url


def _demand_flag(flag: str) -> None:
    if flag not in FLAGS:
        raise UnknownFlag


def _demand_banner(state: SiteState, banner_id: int) -> Banner:
    for banner in state.banners:
        if banner.id == banner_id:
            return banner
    raise BannerNotFound


def _facts(actor: Actor, banner: Banner) -> dict[str, Any]:
    facts = {"banner_id": banner.id, "level": banner.level, "texts": dict(banner.texts)}
    return facts | _by(actor)


def _by(actor: Actor) -> dict[str, Any]:
    return {"by": actor.account_id, "actor": actor.username}
