"""Reserving names: no upstream is ever asked for those that a pattern covers."""

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.database import add_unless_there
from app.core.events import tell
from app.extensions import db
from app.indexes import patterns
from app.indexes.events import BaseChanged, PatternFreed, PatternReserved
from app.indexes.exceptions import BadPattern, PatternNotFound, PatternTaken
from app.indexes.models import ReservedPattern
from app.indexes.permissions import demand_site_admin
from app.indexes.queries import MIRROR, list_indexes
from app.indexes.services import void_pages


def reserve(pattern: str, reason: str = "", *, actor: Actor = OPERATOR) -> str:
    """Keep all upstreams from being asked for what a pattern covers; return it normalised."""
    demand_site_admin(actor)
    wanted, reason = patterns.normalise(pattern), " ".join(reason.split())
    if not patterns.is_valid(wanted):
        raise BadPattern
    facts = {"pattern": wanted, "reason": reason}
    if not add_unless_there(ReservedPattern, **facts, reserved_at=clock.now()):
        raise PatternTaken
    _void_upstreams()
    tell(PatternReserved(by=actor.account_id, actor=actor.username, **facts))
    return wanted


def free(pattern: str, *, actor: Actor = OPERATOR) -> str:
    """Let upstreams be asked again for what a pattern covers; return it normalised."""
    demand_site_admin(actor)
    row = db.session.get(ReservedPattern, patterns.normalise(pattern))
    if row is None:
        raise PatternNotFound
    db.session.delete(row)
    _void_upstreams()
    tell(PatternFreed(by=actor.account_id, actor=actor.username, pattern=row.pattern))
    return row.pattern


def _void_upstreams() -> None:
    """Void the pages of all indexes that show something of an upstream."""
    mirrors = [index for index in list_indexes() if index.kind == MIRROR]
    void_pages(*mirrors)
    for mirror in mirrors:
        tell(BaseChanged(index_slug=mirror.slug))
