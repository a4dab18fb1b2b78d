"""Reading indexes and what accounts may do in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate

from sqlalchemy import select

from app.accounts.models import Account
from app.core.database import is_writing
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.core.runtime import part
from app.extensions import db
from app.indexes.models import Index, IndexBase, IndexGrant, ReservedPattern

MAIN = "main"
PUBLIC, SIGNED_IN, MEMBERS = "public", "signed-in", "members"
# From the widest to the narrowest.
VISIBILITIES = (PUBLIC, SIGNED_IN, MEMBERS)

Path = tuple[Index, ...]


def find_index(slug: str = MAIN) -> Index | None:
    """Return an index by its slug, or None."""
    return db.session.scalars(select(Index).where(Index.slug == slug)).one_or_none()


def get_index(slug: str = MAIN) -> Index:
    """Return an index by its slug; raises `NotFound`."""
    index = find_index(slug)
    if index is None:
        raise NotFound(_l("There is no index of this name."))
    return index


def get_fresh_index(slug: str = MAIN) -> Index:
    """Return an index as the database has it at this moment; raises `NotFound`.

    A session that committed a change may still hold what was there before.
    """
    wanted = select(Index).where(Index.slug == slug).execution_options(populate_existing=True)
    index = db.session.scalars(wanted).one_or_none()
    if index is None:
        raise NotFound(_l("There is no index of this name."))
    return index


def list_indexes() -> list[Index]:
    """Return all indexes by slug."""
    return list(db.session.scalars(select(Index).order_by(Index.slug)))


def list_bases(index_id: int) -> list[Index]:
    """Return the indexes in which an index looks for what it has not itself, in their order."""
    wanted = (
        select(Index)
        .join(IndexBase, IndexBase.base_id == Index.id)
        .where(IndexBase.index_id == index_id)
        .order_by(IndexBase.position, Index.id)
    )
    return list(db.session.scalars(wanted))


def list_paths(index: Index) -> list[Path]:
    """Return the ways from an index to itself and to all its bases, and theirs.

    Each index is reached once, by the way on which it comes first; a way begins
    with the index itself. They are remembered: whatever changes them, or facts of
    an index on them, begins a new generation (`services.void_pages`).
    """
    remembered: dict[tuple[int, int], list[Path]] = part("index_paths")
    key = (index.id, index.generation)
    if key not in remembered:
        found = find_paths(index, list_edges())
        if is_writing():
            # It may be rolled back.
            return found
        remembered[key] = found
    return [(index, *path[1:]) for path in remembered[key]]


def find_paths(index: Index, bases: Mapping[int, Sequence[Index]]) -> list[Path]:
    """Return the ways from an index through bases, which are given by the index that has them."""
    paths: dict[int, Path] = {}
    _walk((index,), bases, paths)
    return list(paths.values())


def list_edges() -> dict[int, list[Index]]:
    """Return the bases of all indexes, in their order, by the number of the index."""
    wanted = (
        select(IndexBase.index_id, Index)
        .join(Index, IndexBase.base_id == Index.id)
        .order_by(IndexBase.position, Index.id)
    )
    bases: dict[int, list[Index]] = {}
    for index_id, base in db.session.execute(wanted):
        bases.setdefault(index_id, []).append(base)
    return bases


def list_dependents(index_id: int) -> list[Index]:
    """Return the indexes that have an index among their bases, or the bases of those."""
    edges = list_edges()
    return [
        other
        for other in list_indexes()
        if any(path[-1].id == index_id for path in find_paths(other, edges)[1:])
    ]


def openness(index: Index) -> str:
    """Return who may read an index with its bases: the narrowest visibility of all of them."""
    return max((path[-1].visibility for path in list_paths(index)), key=VISIBILITIES.index)


def reserved_matcher() -> Callable[[str], bool]:
    """Return what tells whether a normalised name is one that no upstream is asked for."""
    patterns = list(db.session.scalars(select(ReservedPattern.pattern)))
    if not patterns:
        return lambda name: False
    expression = re.compile("|".join(translate(pattern) for pattern in patterns))
    return lambda name: expression.match(name) is not None


def list_rights(index_id: int) -> list[tuple[str, str]]:
    """Return the usernames and rights of all who have one in an index."""
    wanted = (
        select(Account.username, IndexGrant.right)
        .join(Account, Account.id == IndexGrant.account_id)
        .where(IndexGrant.index_id == index_id)
        .order_by(Account.username_key)
    )
    return [(username, right) for username, right in db.session.execute(wanted)]


def find_right(index_id: int, account_id: int) -> str | None:
    """Return `read`, `upload` or `admin` as granted to an account, or None."""
    grant = db.session.get(IndexGrant, (index_id, account_id))
    return None if grant is None else grant.right


def _walk(path: Path, bases: Mapping[int, Sequence[Index]], paths: dict[int, Path]) -> None:
    if path[-1].id in paths:
        return
    paths[path[-1].id] = path
    for base in bases.get(path[-1].id, []):
        _walk((*path, base), bases, paths)
