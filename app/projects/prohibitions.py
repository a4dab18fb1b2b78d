"""Names under which nobody can begin a project.

A project that is here is left alone; one that was deleted does not come back.
Names of upstreams are none of ours, so they are not prohibited by this.
"""

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.models import Account
from app.accounts.permissions import demand_site_admin
from app.core import clock
from app.core.database import add_unless_there
from app.core.events import tell
from app.extensions import db
from app.indexes.models import Index
from app.projects.events import NameAllowed, NameProhibited
from app.projects.exceptions import BadProjectName, NotProhibited, ProhibitedAlready
from app.projects.models import ProhibitedName, Project
from app.projects.names import is_valid, normalise


def prohibit(actor: Actor, name: str, reason: str = "") -> str:
    """Let nobody begin a project of a name in any index; return it normalised."""
    demand_site_admin(actor)
    if not is_valid(name):
        raise BadProjectName
    wanted, reason = normalise(name), " ".join(reason.split())
    facts = {"reason": reason, "prohibited_by": actor.account_id, "prohibited_at": clock.now()}
    if not add_unless_there(ProhibitedName, normalized_name=wanted, **facts):
        raise ProhibitedAlready
    tell(NameProhibited(project=wanted, reason=reason, by=actor.account_id, actor=actor.username))
    return wanted


def allow(actor: Actor, name: str) -> str:
    """Let a name be taken again; return it normalised."""
    demand_site_admin(actor)
    row = db.session.get(ProhibitedName, normalise(name))
    if row is None:
        raise NotProhibited
    db.session.delete(row)
    tell(NameAllowed(project=row.normalized_name, by=actor.account_id, actor=actor.username))
    return row.normalized_name


def is_prohibited(name: str) -> bool:
    """Tell whether nobody may begin a project of a name."""
    return db.session.get(ProhibitedName, normalise(name)) is not None


def list_prohibited(*, after: str, limit: int) -> list[tuple[ProhibitedName, str]]:
    """Return prohibited names after one, each with the username of who did it, or none."""
    wanted = (
        select(ProhibitedName, Account.username)
        .outerjoin(Account, Account.id == ProhibitedName.prohibited_by)
        .where(ProhibitedName.normalized_name > after)
        .order_by(ProhibitedName.normalized_name)
        .limit(limit)
    )
    return [(row, username or "") for row, username in db.session.execute(wanted)]


def map_holders(names: list[str]) -> dict[str, list[str]]:
    """Return the slugs of the indexes in which projects of some names are, by name."""
    wanted = (
        select(Project.normalized_name, Index.slug)
        .join(Index, Project.index_id == Index.id)
        .where(Project.normalized_name.in_(names), Project.removed_at.is_(None))
        .order_by(Index.slug)
    )
    holders: dict[str, list[str]] = {}
    for name, slug in db.session.execute(wanted):
        holders.setdefault(name, []).append(slug)
    return holders
