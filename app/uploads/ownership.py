"""To whom a new name belongs already: another index of the chain, or an upstream of it.

Answered from what is here: an upload never asks the network, so that no private
name is told to anybody outside.
"""

from app.accounts.actors import Actor
from app.extensions import db
from app.indexes.models import Index, NameClaim
from app.indexes.permissions import may_publish_names
from app.indexes.queries import list_paths
from app.projects.models import Project
from app.projects.names import normalise
from app.projects.permissions import OWNER, may_upload
from app.projects.queries import count_owners, find_claim, find_role
from app.sources.registry import own_source, source_for
from app.uploads.exceptions import NameElsewhere, NameOfUpstream


def demand_unowned(actor: Actor, index: Index, name: str) -> None:
    """Raise if a name that is new in an index belongs to one below it.

    Whoever may publish it there may publish it here too. An upstream's name needs
    somebody to claim it first, whoever asks.
    """
    for base in list_hosted_bases(index):
        if not _may_publish_in(actor, base, name):
            raise NameElsewhere(
                f"The name {name!r} belongs to the index {base.slug}, where the user "
                f"{actor.username!r} may not publish it."
            )
    upstream = find_upstream(index, name)
    if upstream is not None:
        raise NameOfUpstream(
            f"The name {name!r} belongs to the upstream {upstream.slug}, an administrator can "
            f"claim it: flask index claim {normalise(name)} --index {index.slug}"
        )


def find_upstream(index: Index, name: str) -> Index | None:
    """Return the mirror that is known to have a name which no index of the chain calls its own."""
    if source_for(index).is_ours(name):
        return None
    return next(
        (mirror for mirror in _list_bases(index, "mirror") if _holds(mirror, name)),
        None,
    )


def list_hosted_bases(index: Index) -> list[Index]:
    """Return the hosted indexes below an index."""
    return _list_bases(index, "hosted")


def owns(actor: Actor, project: Project) -> bool:
    """Tell whether an actor owns a project, or is an administrator."""
    if actor.is_admin:
        return True
    return actor.account_id is not None and find_role(project.id, actor.account_id) == OWNER


def _list_bases(index: Index, kind: str) -> list[Index]:
    return [path[-1] for path in list_paths(index)[1:] if path[-1].kind == kind]


def _holds(mirror: Index, name: str) -> bool:
    # Without a policy: what it hides is the upstream's all the same.
    source = own_source(mirror)
    return source is not None and bool(source.holds({normalise(name)}))


def _may_publish_in(actor: Actor, base: Index, name: str) -> bool:
    """Tell whether a base leaves a name to an actor; it does if it has none of it."""
    project = find_claim(base.id, name)
    if project is not None and project.removed_at is None:
        return may_upload(actor, project)
    if project is not None and count_owners(project.id):
        return owns(actor, project)
    if project is None and db.session.get(NameClaim, (base.id, normalise(name))) is None:
        return True
    return may_publish_names(actor, base)
