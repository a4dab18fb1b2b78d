"""API tokens: made, shown once, recognised, revoked."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.accounts.actors import NOBODY, Actor, Key
from app.accounts.models import Account, ApiToken
from app.core import clock
from app.core.security import digest_secret, make_secret
from app.extensions import db

PREFIX = "tilsit-"
SCOPES = ("read", "upload")

# The time of last use is written at most this often, so that reads stay reads.
_USE_STEP = timedelta(minutes=10)


def make_token(
    account_id: int,
    name: str,
    *,
    scope: str = "read",
    index_slug: str | None = None,
    project: str | None = None,
    days: int | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token's row and the secret, which nobody can read again.

    `project` is a normalised name.
    """
    secret = make_secret(PREFIX)
    token = ApiToken(
        account_id=account_id,
        name=name,
        digest=digest_secret(secret),
        scope=scope,
        index_slug=index_slug,
        project=project,
        created_at=clock.now(),
        expires_at=None if days is None else clock.now() + timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()  # The event that follows names its number.
    return token, secret


def list_tokens(account_id: int) -> list[ApiToken]:
    """Return an account's tokens that are not revoked, newest first."""
    wanted = select(ApiToken).where(
        ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    )
    return list(db.session.scalars(wanted.order_by(ApiToken.id.desc())))


def find_token(account_id: int, token_id: int) -> ApiToken | None:
    """Return one of an account's tokens, or None if it is not one of theirs."""
    token = db.session.get(ApiToken, token_id)
    return token if token is not None and token.account_id == account_id else None


def revoke(token: ApiToken) -> None:
    """End a token now."""
    token.revoked_at = token.revoked_at or clock.now()


def authenticate(secret: str) -> Actor:
    """Return who acts with a token, or nobody if it is unknown or has run out."""
    wanted = (
        select(ApiToken)
        .where(ApiToken.digest == digest_secret(secret))
        .options(joinedload(ApiToken.account).selectinload(Account.emails))
    )
    token = db.session.scalars(wanted).one_or_none()
    if token is None or not token.is_usable or not token.account.is_active:
        return NOBODY
    return _actor_of(token)


def is_good(token_id: int) -> bool:
    """Tell whether a token that was recognised before may still be used."""
    token = db.session.get(ApiToken, token_id)
    return token is not None and token.is_usable and token.account.is_active


def is_use_to_note(token_id: int) -> bool:
    """Tell whether a token's last use is unknown or noted some time ago."""
    used_at = db.session.scalar(select(ApiToken.last_used_at).where(ApiToken.id == token_id))
    return used_at is None or used_at < clock.now() - _USE_STEP


def note_use(token_id: int) -> None:
    """Note that a token was used now."""
    db.session.execute(
        update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.now())
    )


def _actor_of(token: ApiToken) -> Actor:
    account = token.account
    return Actor(
        account_id=account.id,
        username=account.username,
        is_admin=account.is_admin,
        has_confirmed_email=account.primary_email.confirmed_at is not None,
        key=Key(token.id, token.scope, token.index_slug, token.project),
    )
