"""Claiming a name for an index, whatever an upstream has under it."""

from sqlalchemy import select

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import add_unless_there
from app.core.events import tell
from app.core.exceptions import Invalid
from app.core.i18n import _l
from app.extensions import db
from app.indexes.models import Index, NameClaim
from app.indexes.permissions import demand_administer
from app.indexes.queries import HOSTED, find_name_claim, list_paths
from app.indexes.services import describe
from app.projects.events import NameClaimed, NameFreed
from app.projects.exceptions import BadProjectName, ClaimNotFound, NameHeld
from app.projects.models import Project
from app.projects.names import is_valid, normalise


def claim_name(actor: Actor, index: Index, name: str, reason: str = "") -> str:
    """Make a name an index's own, so that no upstream is asked for it; return it normalised.

    What an upstream has under it is not shown in the index any more, nor where the
    index is a base.
    """
    demand_administer(actor, index)
    if index.kind != HOSTED:
        raise Invalid(_l("Only a hosted index can claim a name."))
    if not is_valid(name):
        raise BadProjectName
    wanted, reason = normalise(name), " ".join(reason.split())
    _demand_free(index, wanted)
    row = {"reason": reason, "claimed_by": actor.account_id, "claimed_at": clock.now()}
    if not add_unless_there(NameClaim, index_id=index.id, normalized_name=wanted, **row):
        raise NameHeld(_l("This name is claimed already."))
    tell(NameClaimed(**describe(actor, index), project=wanted, reason=reason))
    return wanted


def release_claim(actor: Actor, index: Index, name: str) -> str:
    """Take a claim back; upstreams are asked again, unless the index has the project by now."""
    demand_administer(actor, index)
    claim = find_name_claim(index.id, normalise(name))
    if claim is None:
        raise ClaimNotFound
    db.session.delete(claim)
    db.session.flush()  # What follows from it reads who owns the name.
    tell(NameFreed(**describe(actor, index), project=claim.normalized_name))
    return claim.normalized_name


def find_holder(index: Index, normalized_name: str) -> str | None:
    """Return the slug of the hosted index, on the ways of an index, that has or had a project."""
    hosted = [path[-1] for path in list_paths(index) if path[-1].kind == HOSTED]
    wanted = select(Project.index_id).where(
        Project.index_id.in_([each.id for each in hosted]),
        Project.normalized_name == normalized_name,
    )
    holders = set(db.session.scalars(wanted))
    return next((each.slug for each in hosted if each.id in holders), None)


def _demand_free(index: Index, normalized_name: str) -> None:
    holder = find_holder(index, normalized_name)
    if holder is not None:
        raise NameHeld(
            _l(
                "The index %(index)s has the project, or had it, so no upstream is asked for it.",
                index=holder,
            )
        )
