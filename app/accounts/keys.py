"""The keys that accounts give to their programs: made and ended, and told of."""

from typing import Any

from app.accounts import queries, tokens
from app.accounts.actors import OPERATOR
from app.accounts.events import TokenMade, TokenRevoked
from app.accounts.exceptions import TokenNameTaken, TokenNotFound, TooManyTokens
from app.accounts.models import Account, ApiToken
from app.core.events import tell

MOST_TOKENS = 100


def make_own_token(account_id: int, name: str, **limits: Any) -> tuple[ApiToken, str]:
    """Return a new token of somebody's own, and its secret; see `tokens.make_token`.

    Raises `TokenNameTaken` and `TooManyTokens`.
    """
    account = queries.get_by_id(account_id)
    mine = tokens.list_tokens(account_id)
    if len(mine) >= MOST_TOKENS:
        raise TooManyTokens
    if name in {token.name for token in mine if token.is_usable}:
        raise TokenNameTaken
    token, secret = tokens.make_token(account_id, name, **limits)
    _tell_made(account, token, by=account.id, actor=account.username)
    return token, secret


def give_token(username: str, name: str, **limits: Any) -> str:
    """Return the secret of a token that the operator makes for somebody."""
    account = queries.get_account(username)
    token, secret = tokens.make_token(account.id, name, **limits)
    _tell_made(account, token, actor=OPERATOR.username)
    return secret


def revoke_own_token(account_id: int, token_id: int) -> ApiToken:
    """End one of somebody's tokens; raises `TokenNotFound`."""
    account = queries.get_by_id(account_id)
    token = tokens.find_token(account_id, token_id)
    if token is None or token.revoked_at is not None:
        raise TokenNotFound
    tokens.revoke(token)
    tell(
        TokenRevoked(
            account_id=account_id,
            username=account.username,
            token_id=token.id,
            token_name=token.name,
            by=account.id,
            actor=account.username,
        )
    )
    return token


def _tell_made(account: Account, token: ApiToken, *, actor: str, by: int | None = None) -> None:
    tell(
        TokenMade(
            account_id=account.id,
            username=account.username,
            token_id=token.id,
            token_name=token.name,
            scope=token.scope,
            index_slug=token.index_slug,
            project=token.project,
            by=by,
            actor=actor,
        )
    )
