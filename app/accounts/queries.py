"""Reading accounts."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.accounts.exceptions import AccountNotFound
from app.accounts.models import Account, Email
from app.accounts.names import find_address, username_key
from app.extensions import db


def get_by_id(account_id: int) -> Account:
    """Return an account by its number; raises `AccountNotFound`."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise AccountNotFound
    return account


def find_by_username(username: str) -> Account | None:
    """Return an account by any spelling of its username, or None."""
    if not username.isprintable():
        return None
    wanted = select(Account).where(Account.username_key == username_key(username))
    return db.session.scalars(wanted).one_or_none()


def get_account(username: str) -> Account:
    """Return an account by any spelling of its username; raises `AccountNotFound`."""
    account = find_by_username(username)
    if account is None:
        raise AccountNotFound
    return account


def list_administrators() -> list[Account]:
    """Return those who run this site, by username; closed accounts do not."""
    wanted = select(Account).where(Account.is_admin.is_(True), Account.is_active.is_(True))
    return list(db.session.scalars(wanted.order_by(Account.username_key)))


def find_by_login(login: str) -> Account | None:
    """Return an account by its username or its mail address, in one query either way."""
    key = username_key(login)
    address = find_address(key)
    wanted = (
        select(Account)
        .join(Account.emails)
        .where(
            or_(
                Account.username_key == (key if key.isprintable() else ""),
                Email.address_key == (address.key if address else ""),
            )
        )
        .options(joinedload(Account.emails))
    )
    return db.session.scalars(wanted).unique().one_or_none()


def find_email(address_key: str) -> Email | None:
    """Return a mail address with its account, or None if nobody has it."""
    wanted = select(Email).where(Email.address_key == address_key)
    return db.session.scalars(wanted).one_or_none()
