"""Reading indexes and what accounts may do in them."""

from sqlalchemy import select

from app.accounts.models import Account
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.extensions import db
from app.indexes.models import Index, IndexGrant

MAIN = "main"


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
