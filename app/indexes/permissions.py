"""Who may read an index, bring new names into it, and administer it."""

from collections.abc import Mapping

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin as demand_site_admin
from app.accounts.permissions import refusal
from app.core.exceptions import Forbidden, NotFound, Unauthenticated
from app.core.i18n import _l
from app.indexes.models import Index
from app.indexes.queries import (
    ADMIN,
    MEMBERS,
    PUBLIC,
    SIGNED_IN,
    UPLOAD,
    find_index,
    find_paths,
    find_right,
    list_edges,
    list_indexes,
    list_paths,
    map_rights,
    openness,
)


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
    if actor.is_admin:
        return True
    indexes = [path[-1] for path in list_paths(index)]
    is_asked = any(each.visibility == MEMBERS for each in indexes)
    rights = _rights_of(actor) if is_asked else {}
    return all(_is_let_in(actor, each, rights) for each in indexes)


def get_readable(actor: Actor, slug: str) -> Index:
    """Return an index by its slug; raises `NotFound`, as well if the actor may not read it.

    For pages, on which nobody needs to learn which indexes there are.
    """
    index = find_index(slug)
    if index is None or not may_read(actor, index):
        raise NotFound(_l("There is no index of this name that you may see."))
    return index


def list_readable(actor: Actor) -> list[Index]:
    """Return the indexes that somebody who is logged in, or nobody, may see, by slug."""
    indexes = list_indexes()
    if actor.is_admin:
        return indexes
    bases, rights = list_edges(), _rights_of(actor)
    return [
        index
        for index in indexes
        if all(_is_let_in(actor, path[-1], rights) for path in find_paths(index, bases))
    ]


def list_administered(actor: Actor) -> list[Index]:
    """Return the indexes that somebody who is logged in may change, by slug."""
    readable = list_readable(actor)
    if actor.is_admin:
        return readable
    rights = _rights_of(actor)
    return [index for index in readable if rights.get(index.id) == ADMIN]


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
    return actor.is_admin or find_right(index.id, actor.account_id) in {UPLOAD, ADMIN}


def may_administer(actor: Actor, index: Index) -> bool:
    """Tell whether an actor may change an index and what it looks into.

    A token never may. Who may not read an index, for one of its bases is closed to
    them, may not either: its settings tell what is there.
    """
    if actor.key is not None:
        return False
    if actor.is_admin or actor.account_id is None:
        return actor.is_admin
    return find_right(index.id, actor.account_id) == ADMIN and may_read(actor, index)


def demand_administer(actor: Actor, index: Index) -> None:
    """Raise `Unauthenticated` for nobody and `NotAdministrator` for who may not change an index."""
    if not may_administer(actor, index):
        raise refusal(actor)


def _rights_of(actor: Actor) -> Mapping[int, str]:
    return {} if actor.account_id is None else map_rights(actor.account_id)


def _is_let_in(actor: Actor, index: Index, rights: Mapping[int, str]) -> bool:
    if index.visibility == PUBLIC:
        return True
    if index.visibility == SIGNED_IN:
        return actor.has_confirmed_email
    return index.id in rights
