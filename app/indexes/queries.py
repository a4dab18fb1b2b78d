"""Reading indexes and what accounts may do in them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import translate

from sqlalchemy import func, select

from app.accounts.models import Account
from app.core.database import is_writing
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.core.remembering import recall
from app.extensions import db
from app.indexes.models import Index, IndexBase, IndexGrant, NameClaim, ReservedPattern

MAIN = "main"
PUBLIC, SIGNED_IN, MEMBERS = "public", "signed-in", "members"
# From the widest to the narrowest.
VISIBILITIES = (PUBLIC, SIGNED_IN, MEMBERS)
HOSTED, MIRROR = "hosted", "mirror"
KNOWN_NAMES = "known_names"
KINDS = (HOSTED, MIRROR)
READ, UPLOAD, ADMIN = "read", "upload", "admin"
RIGHTS = (READ, UPLOAD, ADMIN)

Path = tuple[Index, ...]

_COLUMNS = Index.__table__.columns.keys()


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


def map_slugs() -> dict[int, str]:
    """Return the slugs of all indexes by their numbers."""
    return {row.id: row.slug for row in db.session.execute(select(Index.id, Index.slug))}


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
    an index on them, begins a new generation (`services.void_pages`). So their
    counters may be old ones.
    """

    def read() -> list[Path]:
        paths = find_paths(index, list_edges())
        # What is remembered outlives the session.
        return paths if is_writing() else [tuple(map(_copy, path)) for path in paths]

    paths = recall(("paths", index.id), index.generation, read)
    return [(index, *path[1:]) for path in paths]


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
    """Return the indexes that have an index among their bases, or the bases of those, by slug."""
    wanted = select(IndexBase.base_id, Index).join(Index, IndexBase.index_id == Index.id)
    above: dict[int, list[Index]] = {}
    for base_id, index in db.session.execute(wanted):
        above.setdefault(base_id, []).append(index)
    found: dict[int, Index] = {}
    waiting = [index_id]
    while waiting:
        fresh = [each for each in above.get(waiting.pop(), ()) if each.id not in found]
        found |= {each.id: each for each in fresh}
        waiting += [each.id for each in fresh]
    return sorted(found.values(), key=lambda each: each.slug)


def list_showing(slug: str) -> list[str]:
    """Return the slugs, sorted, of an index and of all that have it among their bases."""
    index = find_index(slug)
    if index is None:
        return []
    return sorted({slug, *(dependent.slug for dependent in list_dependents(index.id))})


def shows_known_names(index: Index) -> bool:
    """Tell whether lists show the names that a mirror knows even while it copies nothing."""
    return bool(index.settings.get(KNOWN_NAMES))


def openness(index: Index) -> str:
    """Return who may read an index with its bases: the narrowest visibility of all of them."""
    return narrowest(list_paths(index))


def narrowest(paths: Iterable[Path]) -> str:
    """Return the narrowest visibility of all indexes at the ends of some ways."""
    return max((path[-1].visibility for path in paths), key=VISIBILITIES.index)


def reserved_matcher() -> Callable[[str], bool]:
    """Return what tells whether a normalised name is one that no upstream is asked for."""
    patterns = list(db.session.scalars(select(ReservedPattern.pattern)))
    if not patterns:
        return lambda name: False
    expression = re.compile("|".join(translate(pattern) for pattern in patterns))
    return lambda name: expression.match(name) is not None


def reservations_of(index: Index) -> Callable[[str], bool]:
    """Return the same for the pages of an index, remembered as its paths are.

    Whatever changes reservations begins a new generation of all that has an upstream.
    """
    return recall(("reserved", index.id), index.generation, reserved_matcher)


def list_reserved() -> list[ReservedPattern]:
    """Return all reserved patterns, sorted."""
    return list(db.session.scalars(select(ReservedPattern).order_by(ReservedPattern.pattern)))


def list_claims(index_id: int) -> list[tuple[NameClaim, str]]:
    """Return the claims of an index by name, each with the username of who made it, or none."""
    wanted = (
        select(NameClaim, func.coalesce(Account.username, ""))
        .outerjoin(Account, Account.id == NameClaim.claimed_by)
        .where(NameClaim.index_id == index_id)
        .order_by(NameClaim.normalized_name)
    )
    return [(claim, username) for claim, username in db.session.execute(wanted)]


def find_name_claim(index_id: int, normalized_name: str) -> NameClaim | None:
    """Return an index's claim of a normalised name, or None."""
    return db.session.get(NameClaim, (index_id, normalized_name))


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


def map_rights(account_id: int) -> dict[int, str]:
    """Return what an account may do in indexes, by their numbers."""
    wanted = select(IndexGrant.index_id, IndexGrant.right).where(
        IndexGrant.account_id == account_id
    )
    return {row.index_id: row.right for row in db.session.execute(wanted)}


def _copy(index: Index) -> Index:
    """Return the facts of an index without a session, whose end would take them."""
    return Index(**{column: getattr(index, column) for column in _COLUMNS})


def _walk(path: Path, bases: Mapping[int, Sequence[Index]], paths: dict[int, Path]) -> None:
    if path[-1].id in paths:
        return
    paths[path[-1].id] = path
    for base in bases.get(path[-1].id, []):
        _walk((*path, base), bases, paths)
