"""Who may read an index, and who may bring new names into it."""

from app.accounts.actors import Actor
from app.core.exceptions import Forbidden, Unauthenticated
from app.core.i18n import _l
from app.indexes.models import Index
from app.indexes.queries import PUBLIC, SIGNED_IN, find_right, list_paths, openness


def may_read(actor: Actor, index: Index, project: str | None = None) -> bool:
    """Tell whether an actor may see an index, or one project in it, with the key shown.

    An index shows what its bases have, so whoever reads it must be let in by all of
    them. A public one is open to everyone, even to a key that is limited to another
    project: refusing it would only make the caller ask without it.
    """
    if openness(index) == PUBLIC:
        return True
    if actor.key is not None and not actor.key.reaches(index.slug, project):
        return False
    return actor.is_admin or all(_is_let_in(actor, path[-1]) for path in list_paths(index))


def demand_read(actor: Actor, index: Index, project: str | None = None) -> None:
    """Raise `Unauthenticated` for nobody and `Forbidden` for somebody who may not read."""
    if may_read(actor, index, project):
        return
    if not actor.is_known:
        raise Unauthenticated(_l("Please authenticate with an API token to use this index."))
    raise Forbidden(_l("You may not read this index."))


def demand_read_all(actor: Actor, index: Index) -> None:
    """Raise unless an actor may see all names of an index: the key of one project may not."""
    demand_read(actor, index)
    if openness(index) != PUBLIC and actor.key is not None and actor.key.project is not None:
        raise Forbidden("This token is for one project, the list of all needs another one.")


def may_publish_names(actor: Actor, index: Index) -> bool:
    """Tell whether an actor may bring new names into an index."""
    if actor.account_id is None:
        return actor.is_admin
    return actor.is_admin or find_right(index.id, actor.account_id) in {"upload", "admin"}


def _is_let_in(actor: Actor, index: Index) -> bool:
    if index.visibility == PUBLIC:
        return True
    if actor.account_id is None:
        return False
    if index.visibility == SIGNED_IN:
        return actor.has_confirmed_email
    return find_right(index.id, actor.account_id) is not None
