"""What those who run the site do about the accounts of others."""

from typing import Any

from sqlalchemy import func, select

from app.accounts import links, queries, tokens
from app.accounts.actors import Actor
from app.accounts.events import (
    AccountFrozen,
    AccountUnfrozen,
    AdministratorMade,
    AdministratorUnmade,
    EmailConfirmed,
    ResetLinkOrdered,
    TokensRevoked,
    UploadAllowed,
)
from app.accounts.exceptions import AccountClosed, LastAdministrator, NotOneself
from app.accounts.models import Account
from app.accounts.permissions import demand_site_admin
from app.core import clock
from app.core.database import wait_for_turn
from app.core.events import tell
from app.core.security import make_secret
from app.extensions import db


def freeze(actor: Actor, account_id: int, reason: str) -> None:
    """Let nobody use an account: its sessions end, and its tokens open nothing until it thaws.

    Raises `NotOneself` and `LastAdministrator`.
    """
    account = _hold(actor, account_id)
    _demand_other(actor, account)
    if not account.is_active:
        return
    _demand_another_admin(account)
    account.is_active = False
    account.frozen_at = clock.now()
    account.frozen_reason = " ".join(reason.split())
    # What somebody got hold of must not come back with the account.
    account.session_key = make_secret()
    links.void_links([email.id for email in account.emails], links.RESET)
    tell(AccountFrozen(**_facts(actor, account), reason=account.frozen_reason))


def unfreeze(actor: Actor, account_id: int) -> None:
    """Let an account be used again."""
    account = _hold(actor, account_id)
    if account.is_active:
        return
    account.is_active = True
    account.frozen_at, account.frozen_reason = None, ""
    tell(AccountUnfrozen(**_facts(actor, account)))


def make_administrator(actor: Actor, account_id: int) -> None:
    """Let an account do everything; raises `AccountClosed` for a frozen one."""
    account = _hold(actor, account_id)
    if not account.is_active:
        raise AccountClosed
    if not account.is_admin:
        account.is_admin = True
        tell(AdministratorMade(**_facts(actor, account)))


def unmake_administrator(actor: Actor, account_id: int) -> None:
    """Take from an account what administrators may; raises `NotOneself`, `LastAdministrator`."""
    account = _hold(actor, account_id)
    _demand_other(actor, account)
    if account.is_admin:
        _demand_another_admin(account)
        account.is_admin = False
        tell(AdministratorUnmade(**_facts(actor, account)))


def revoke_tokens(actor: Actor, account_id: int) -> int:
    """End all tokens of an account and return how many that were."""
    account = _hold(actor, account_id)
    usable = [token for token in tokens.list_tokens(account.id) if token.is_usable]
    for token in usable:
        tokens.revoke(token)
    if usable:
        tell(TokensRevoked(**_facts(actor, account), count=len(usable)))
    return len(usable)


def order_reset_link(actor: Actor, account_id: int) -> None:
    """Send the link that sets a new password; raises `AccountClosed` for a frozen account."""
    account = _hold(actor, account_id)
    if not account.is_active:
        raise AccountClosed
    tell(ResetLinkOrdered(**_facts(actor, account)))


def confirm_address(actor: Actor, account_id: int) -> None:
    """Take an address for confirmed without a link, as for somebody whom one knows."""
    account = _hold(actor, account_id)
    if account.primary_email.confirmed_at is None:
        account.primary_email.confirmed_at = clock.now()
        tell(EmailConfirmed(**_facts(actor, account)))


def let_upload(actor: Actor, account_id: int, index_slug: str) -> None:
    """Let an account bring new names into an index."""
    account = _hold(actor, account_id)
    tell(UploadAllowed(**_facts(actor, account), index_slug=index_slug))


def _hold(actor: Actor, account_id: int) -> Account:
    """Return an account that an administrator may change, one change at a time.

    Whoever decides may have been an administrator only when the request began.
    """
    demand_site_admin(actor)
    wait_for_turn("administrators")
    if actor.account_id is not None:
        deciding = _fresh(actor.account_id)
        still = Actor(deciding.id, is_admin=deciding.is_admin and deciding.is_active)
        demand_site_admin(still)
    return _fresh(account_id)


def _fresh(account_id: int) -> Account:
    account = queries.get_by_id(account_id)
    db.session.refresh(account)
    return account


def _demand_other(actor: Actor, account: Account) -> None:
    if actor.account_id == account.id:
        raise NotOneself


def _demand_another_admin(account: Account) -> None:
    others = select(func.count()).where(
        Account.is_admin, Account.is_active, Account.id != account.id
    )
    if account.is_admin and not db.session.scalar(others):
        raise LastAdministrator


def _facts(actor: Actor, account: Account) -> dict[str, Any]:
    about = {"account_id": account.id, "username": account.username}
    return about | {"by": actor.account_id, "actor": actor.username}
