"""Changing indexes: opening them, granting rights, counting changes."""

from sqlalchemy import select, update

from app.accounts.actors import OPERATOR
from app.accounts.events import AccountOpened, UploadAllowed
from app.accounts.models import Account
from app.core import clock
from app.core.events import tell
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.extensions import db
from app.indexes.events import (
    PagesVoided,
    RightGranted,
    RightTaken,
    RuleChanged,
    VisibilityChanged,
)
from app.indexes.models import Index, IndexGrant, SerialCounter
from app.indexes.queries import MAIN, get_index, list_dependents

RIGHTS = ("read", "upload", "admin")
# What may differ per index, and how it is unless somebody decides.
RULES = {
    "local_versions": True,
    "linux_wheels": True,
    "direct_dependencies": False,
    "deletion": True,
}


def open_index(slug: str, title: str, *, kind: str = "hosted", visibility: str = "public") -> Index:
    """Make a new index."""
    index = Index(slug=slug, title=title, kind=kind, visibility=visibility, created_at=clock.now())
    db.session.add(index)
    db.session.flush()  # Callers need its number.
    return index


def change_visibility(index: Index, visibility: str) -> None:
    """Open or close an index; its ready pages are void from now on."""
    index.visibility = visibility
    void_pages(index)
    who = OPERATOR.username
    tell(VisibilityChanged(index_slug=index.slug, actor=who, visibility=visibility))


def void_pages(index: Index) -> None:
    """Begin a new generation of an index, and of those that have it among their bases.

    The caller tells a `PagesVoided` of the index itself. A page may be as long as
    before and its project unchanged, so its number must be another one.
    """
    for each in (index, *list_dependents(index.id)):
        each.generation += 1
        each.floor_serial = take_serial(each.id)
        if each.id != index.id:
            tell(PagesVoided(index_slug=each.slug))


def change_rule(index: Index, rule: str, *, is_on: bool) -> None:
    """Switch one of the RULES of an index on or off."""
    # A new dictionary, because a change inside the old one is not noticed.
    index.settings = {**index.settings, rule: is_on}
    tell(RuleChanged(index_slug=index.slug, actor=OPERATOR.username, rule=rule, is_on=is_on))


def grant_right(index: Index, account: Account, right: str) -> None:
    """Give an account one of the RIGHTS in an index, in place of the one it had."""
    grant(index.id, account.id, right)
    who, name = OPERATOR.username, account.username
    tell(RightGranted(index_slug=index.slug, actor=who, username=name, right=right))


def take_right(index: Index, account: Account) -> None:
    """Take the right that an account has in an index; raises `NotFound` if it has none."""
    row = db.session.get(IndexGrant, (index.id, account.id))
    if row is None:
        raise NotFound(_l("This account has no right in this index."))
    db.session.delete(row)
    who, name = OPERATOR.username, account.username
    tell(RightTaken(index_slug=index.slug, actor=who, username=name))


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


def number_names(index_id: int) -> None:
    """Take a number for a change of the names in an index; see `take_serial`."""
    serial = take_serial(index_id)
    db.session.execute(update(Index).where(Index.id == index_id).values(names_serial=serial))


def last_serial() -> int:
    """Return the number of the newest change."""
    return db.session.scalar(select(SerialCounter.value)) or 0
