"""Finding accounts, for those who run the site."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from app.accounts.models import Account, ApiToken, Email
from app.accounts.names import username_key
from app.extensions import db

ADMINISTRATORS, FROZEN, UNCONFIRMED = "administrators", "frozen", "unconfirmed"
LONGEST_TERM = 254


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """An account in a list."""

    id: int
    username: str
    username_key: str
    name: str
    address: str
    is_admin: bool
    is_active: bool
    confirmed_at: datetime | None
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TokenUse:
    """How many tokens of an account can be used, and when one was, the last time."""

    count: int
    used_at: datetime | None


def find_accounts(term: str, *, which: str = "", after: str = "", limit: int) -> list[AccountLine]:
    """Return accounts with a part of a username, name or address, by username, after one."""
    wanted = (
        select(
            *(Account.id, Account.username, Account.username_key, Account.name),
            *(Account.is_admin, Account.is_active, Account.created_at, Account.last_login_at),
            *(Email.address, Email.confirmed_at),
        )
        .join(Email, (Email.account_id == Account.id) & Email.is_primary)
        .where(*_conditions(term), *_choose(which))
        .order_by(Account.username_key)
        .limit(limit)
    )
    if after:
        wanted = wanted.where(Account.username_key > after)
    return [AccountLine(**row) for row in db.session.execute(wanted).mappings()]


def find_token_use(account_id: int, now: datetime) -> TokenUse:
    """Return what is known of an account's tokens."""
    is_usable = ApiToken.revoked_at.is_(None) & (
        ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now)
    )
    wanted = select(func.count().filter(is_usable), func.max(ApiToken.last_used_at)).where(
        ApiToken.account_id == account_id
    )
    count, used_at = db.session.execute(wanted).one()
    return TokenUse(count=count, used_at=used_at)


def count_accounts() -> dict[str, int]:
    """Return how many accounts there are, how many are frozen and how many run the site."""
    wanted = select(
        func.count().label("all"),
        func.count().filter(~Account.is_active).label(FROZEN),
        func.count().filter(Account.is_admin & Account.is_active).label(ADMINISTRATORS),
    ).select_from(Account)
    return dict(db.session.execute(wanted).mappings().one())


def _conditions(term: str) -> list[ColumnElement[bool]]:
    part = username_key(term[:LONGEST_TERM])
    # PostgreSQL's texts hold no NUL, so nobody is called like that.
    if not part or "\x00" in part:
        return []
    return [
        or_(
            Account.username_key.contains(part, autoescape=True),
            func.lower(Account.name).contains(part, autoescape=True),
            Email.address_key.contains(part, autoescape=True),
        )
    ]


def _choose(which: str) -> list[ColumnElement[bool]]:
    choices: dict[str, ColumnElement[bool]] = {
        ADMINISTRATORS: Account.is_admin.is_(True),
        FROZEN: Account.is_active.is_(False),
        UNCONFIRMED: Email.confirmed_at.is_(None),
    }
    return [choices[which]] if which in choices else []
