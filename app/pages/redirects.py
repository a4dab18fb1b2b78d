"""Redirects: where they may lead, and following them without going in circles."""

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.events import tell
from app.core.runtime import setting
from app.extensions import db
from app.pages import queries
from app.pages.changing import begin_change, describe
from app.pages.directory import begin_generation
from app.pages.events import RedirectMade, RedirectRemoved
from app.pages.exceptions import (
    BadTarget,
    LostInRedirects,
    PageNotFound,
    PathInUse,
    RedirectLoop,
    TooManyPages,
)
from app.pages.models import PageRedirect
from app.pages.paths import demand_free, find_stem, read_path
from app.pages.public import Destination
from app.web.http import is_local

MOST_REDIRECTS = 2_000
MOST_STEPS = 5
LONGEST_TARGET = 500


def follow(path: str, redirects: Mapping[str, Destination]) -> Destination | None:
    """Return where the redirects from a path lead in the end, or None if there is none.

    It is for good only if all of them are. Raises `LostInRedirects` after 5 of them:
    they may have been written by two people at the same time.
    """
    found, is_permanent = redirects.get(path), True
    for _step in range(MOST_STEPS):
        if found is None:
            return None
        is_permanent = is_permanent and found.is_permanent
        further = redirects.get(stem_of(found.target) or "")
        if further is None:
            return Destination(target=found.target, is_permanent=is_permanent)
        found = further
    raise LostInRedirects


def make_redirect(
    address: str, target: str, *, is_permanent: bool = True, actor: Actor = OPERATOR
) -> None:
    """Let a path lead to another one or to another site, in place of where it led.

    Raises `BadPath`, `BadTarget`, `PathTaken`, `PathInUse` and `RedirectLoop`.
    """
    wanted = {address: Destination(target=target, is_permanent=is_permanent)}
    make_redirects(wanted, actor=actor)


def make_redirects(wanted: Mapping[str, Destination], *, actor: Actor = OPERATOR) -> None:
    """Let many paths lead somewhere; all of them, or none if one cannot."""
    begin_change(actor)
    rows = {row.path: row for row in queries.list_redirects()}
    for address, given in wanted.items():
        path, target = _demand_room(address), clean_target(given.target)
        row = rows.setdefault(path, PageRedirect(path=path))
        row.target, row.is_permanent = target, given.is_permanent
        row.made_at, row.made_by = clock.now(), actor.username
        db.session.add(row)
        kind = given.is_permanent
        tell(RedirectMade(**describe(actor, path), target=target, is_permanent=kind))
    if len(rows) > MOST_REDIRECTS:
        raise TooManyPages
    _demand_ends({path: row.target for path, row in rows.items()})
    begin_generation()


def remove_redirect(path: str, *, actor: Actor = OPERATOR) -> None:
    """Let a path lead nowhere any more; raises `PageNotFound`."""
    begin_change(actor)
    row = db.session.get(PageRedirect, path)
    if row is None:
        raise PageNotFound
    db.session.delete(row)
    begin_generation()
    tell(RedirectRemoved(**describe(actor, path)))


def clean_target(text: str) -> str:
    """Return where something may lead: a path of this site, or an address with TLS."""
    target = text.strip()
    if len(target) > LONGEST_TARGET or not target.isprintable() or " " in target:
        raise BadTarget
    if not (is_local(target) or _is_outside(target)):
        raise BadTarget
    return target


def stem_of(target: str) -> str | None:
    """Return the path of this site to which a target leads, however it is spelled, or None."""
    path = _find_path(target)
    # Browsers go up at dots, and the server reads what is quoted.
    return None if path is None else find_stem(posixpath.normpath(unquote(path)))


def _find_path(target: str) -> str | None:
    parts = urlsplit(target)
    if target.startswith("/"):
        return parts.path
    site = urlsplit(setting("SITE_URL") or "")
    is_here = parts.netloc.lower().removesuffix(":443") == site.netloc.lower().removesuffix(":443")
    return parts.path.removeprefix(site.path) if is_here else None


def _is_outside(target: str) -> bool:
    try:
        parts = urlsplit(target)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _demand_room(address: str) -> str:
    path = read_path(address).path
    demand_free(path)
    demand_free(f"{path}/")
    if queries.is_known(path):
        raise PathInUse
    return path


def _demand_ends(targets: Mapping[str, str]) -> None:
    """Raise `RedirectLoop` unless all redirects come to an end after 5 of them."""
    further = {path: stem_of(target) for path, target in targets.items()}
    for start in further:
        at: str | None = start
        for _step in range(MOST_STEPS):
            at = further.get(at or "")
        if at in further:
            raise RedirectLoop
