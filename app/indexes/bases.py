"""Choosing where an index looks for what it has not itself."""

from collections.abc import Sequence

from sqlalchemy import delete

from app.accounts.actors import OPERATOR, Actor
from app.core.database import wait_for_turn
from app.core.events import tell
from app.core.i18n import _l
from app.extensions import db
from app.indexes.events import BasesChanged
from app.indexes.exceptions import BadBases
from app.indexes.models import Index, IndexBase
from app.indexes.permissions import demand_administer, may_read
from app.indexes.queries import (
    MIRROR,
    find_index,
    find_paths,
    list_bases,
    list_dependents,
    list_edges,
)
from app.indexes.services import describe, void_pages

# On all ways from an index together, itself included.
MOST_INDEXES = 10


def change_bases(index: Index, slugs: Sequence[str], *, actor: Actor = OPERATOR) -> None:
    """Let an index have these bases, in this order, in place of those before.

    Raises `BadBases` for what cannot be one. Who adds a base must be able to read it.
    """
    demand_administer(actor, index)
    # Two who change bases at once could make a circle together.
    wait_for_turn("index-bases")
    before = list_bases(index.id)
    bases = [_find_base(actor, slug, before) for slug in slugs]
    _demand_good(index, bases)
    _demand_bound(index, bases)
    db.session.execute(delete(IndexBase).where(IndexBase.index_id == index.id))
    db.session.add_all(
        IndexBase(index_id=index.id, base_id=base.id, position=position)
        for position, base in enumerate(bases, start=1)
    )
    db.session.flush()  # What follows from it reads who has which bases.
    void_pages(index)
    tell(BasesChanged(**describe(actor, index), bases=tuple(base.slug for base in bases)))


def _find_base(actor: Actor, slug: str, before: Sequence[Index]) -> Index:
    base = find_index(slug)
    # An index that the caller may not read must not be told from one that is not there.
    if base is None or not (base in before or may_read(actor, base)):
        raise BadBases(_l("There is no index named %(slug)s.", slug=slug))
    return base


def _demand_good(index: Index, bases: Sequence[Index]) -> None:
    if index.kind == MIRROR and bases:
        raise BadBases(_l("A mirror has no bases: it shows what its upstream has."))
    if len({base.id for base in bases}) < len(bases):
        raise BadBases(_l("An index can be a base only once."))
    edges = list_edges()
    for base in bases:
        if base.id == index.id:
            raise BadBases(_l("An index cannot be its own base."))
        if any(path[-1].id == index.id for path in find_paths(base, edges)):
            raise BadBases(
                _l(
                    "%(base)s looks into %(index)s itself, so they would go round in a circle.",
                    base=base.slug,
                    index=index.slug,
                )
            )


def _demand_bound(index: Index, bases: Sequence[Index]) -> None:
    edges = list_edges() | {index.id: list(bases)}
    for each in (index, *list_dependents(index.id)):
        if len(find_paths(each, edges)) > MOST_INDEXES:
            raise BadBases(
                _l(
                    "%(index)s would look into more than %(count)s indexes, itself included.",
                    index=each.slug,
                    count=MOST_INDEXES,
                )
            )
