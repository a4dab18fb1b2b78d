"""The frozen page objects of accounts, as administrators see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.forms import AccountForm
from app.accounts.listing import AccountLine, TokenUse, find_token_use
from app.accounts.models import Account
from app.admin.entry_pages import EntryLine, list_lines
from app.admin.slices import Slice
from app.core import clock
from app.extensions import db
from app.indexes.models import Index, IndexGrant
from app.journal.queries import Search
from app.projects.models import Project, Role

_MOST_ROLES, _NEWEST_ENTRIES = 200, 20


@dataclass(frozen=True, kw_only=True)
class AccountsView:
    """The list of accounts, and what it was asked for."""

    form: AccountForm
    accounts: Slice[AccountLine]
    asked: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """What somebody is to a project."""

    index_slug: str
    name: str
    normalized_name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One account with all that an administrator must know to decide about it."""

    account: Account
    address: str
    confirmed_at: datetime | None
    tokens: TokenUse
    roles: tuple[RoleLine, ...]
    rights: tuple[tuple[str, str], ...]
    entries: tuple[EntryLine, ...]
    is_own: bool
    may_upload: bool
    forms: dict[str, AccountForm]


def account_view(
    account: Account, reader_id: int | None, forms: dict[str, AccountForm]
) -> AccountView:
    """Return the page of an account; `forms` are its deeds, some as they were refused."""
    rights = _list_rights(account.id)
    return AccountView(
        account=account,
        address=account.primary_email.address,
        confirmed_at=account.primary_email.confirmed_at,
        tokens=find_token_use(account.id, clock.now()),
        roles=_list_roles(account.id),
        rights=rights,
        entries=list_lines(Search(account=account.username), limit=_NEWEST_ENTRIES),
        is_own=account.id == reader_id,
        may_upload=account.is_admin or dict(rights).get("main") in {"upload", "admin"},
        forms=forms,
    )


def _list_roles(account_id: int) -> tuple[RoleLine, ...]:
    wanted = (
        select(Index.slug.label("index_slug"), Project.name, Project.normalized_name, Role.kind)
        .join(Project, Role.project_id == Project.id)
        .join(Index, Project.index_id == Index.id)
        .where(Role.account_id == account_id, Project.removed_at.is_(None))
        .order_by(Project.normalized_name, Index.slug)
        .limit(_MOST_ROLES)
    )
    return tuple(RoleLine(**row) for row in db.session.execute(wanted).mappings())


def _list_rights(account_id: int) -> tuple[tuple[str, str], ...]:
    wanted = (
        select(Index.slug, IndexGrant.right)
        .join(Index, IndexGrant.index_id == Index.id)
        .where(IndexGrant.account_id == account_id)
        .order_by(Index.slug)
    )
    return tuple((slug, right) for slug, right in db.session.execute(wanted))
