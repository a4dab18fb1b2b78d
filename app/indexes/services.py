"""Changing indexes: opening them, granting rights, counting changes."""

from sqlalchemy import select, update

from app.accounts.events import AccountOpened, UploadAllowed
from app.core import clock
from app.extensions import db
from app.indexes.models import Index, IndexGrant, SerialCounter
from app.indexes.queries import MAIN, get_index


def open_index(slug: str, title: str, *, kind: str = "hosted", visibility: str = "public") -> Index:
    """Make a new index."""
    index = Index(slug=slug, title=title, kind=kind, visibility=visibility, created_at=clock.now())
    db.session.add(index)
    db.session.flush()  # Callers need its number.
    return index


def change_visibility(index: Index, visibility: str) -> None:
    """Open or close an index; its ready pages are void from now on."""
    index.visibility = visibility
    index.generation += 1


def grant(index_id: int, account_id: int, right: str) -> None:
    """Give an account a right in an index, in place of the one it had."""
    db.session.merge(IndexGrant(index_id=index_id, account_id=account_id, right=right))


def grant_main(account_id: int) -> None:
    """Let an account publish new names in `main`."""
    grant(get_index(MAIN).id, account_id, "upload")


def welcome(event: AccountOpened) -> None:
    """Let a new account publish in `main` if it was opened for that."""
    if event.may_publish:
        grant_main(event.account_id)


def let_upload(event: UploadAllowed) -> None:
    """Let an account publish new names in the index that the operator named."""
    grant(get_index(event.index_slug).id, event.account_id, "upload")


def take_serial(index_id: int) -> int:
    """Return the next number of the one counter of changes, noted at the index.

    Take it as the last thing in a transaction: the row lock then keeps the
    order of numbers the order of commits, so that followers never skip one.
    """
    bump = update(SerialCounter).values(value=SerialCounter.value + 1)
    serial = db.session.scalars(bump.returning(SerialCounter.value)).one()
    db.session.execute(update(Index).where(Index.id == index_id).values(last_serial=serial))
    return serial


def last_serial() -> int:
    """Return the number of the newest change."""
    return db.session.scalar(select(SerialCounter.value)) or 0
