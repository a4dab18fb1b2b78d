"""Finding out who is asking: by session cookie on pages, by token at the machines' doors."""

import logging

from flask import Flask, g, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from app.accounts import tokens
from app.accounts.actors import NOBODY, Actor
from app.accounts.models import Account
from app.core.database import transaction
from app.core.exceptions import Unauthenticated
from app.core.i18n import _l
from app.core.security import is_same
from app.extensions import db, login
from app.web.http import find_secret

_log = logging.getLogger(__name__)


class BadToken(Unauthenticated):
    """A token was shown that nobody has, or that has run out."""

    code = "bad-token"
    message = "This token is not valid: it is unknown, expired or revoked."


def init_app(app: Flask) -> None:
    """Tell Flask-Login where the accounts are."""
    login.login_view = "accounts.log_in"
    login.login_message = _l("Please log in to see this page.")
    login.user_loader(find_by_session)


def find_by_session(session_id: str) -> Account | None:
    """Return the account of a session cookie, or None if the session was ended."""
    number, _, key = session_id.partition(":")
    if not number.isdecimal():
        return None
    wanted = select(Account).where(Account.id == int(number)).options(joinedload(Account.emails))
    account = db.session.scalars(wanted).unique().one_or_none()
    if account is None or not account.is_active or not is_same(account.session_key, key):
        return None
    return account


def session_actor() -> Actor:
    """Return who is logged in with a cookie, or nobody."""
    if not current_user.is_authenticated:
        return NOBODY
    return Actor(
        account_id=current_user.id,
        username=current_user.username,
        is_admin=current_user.is_admin,
        has_confirmed_email=current_user.primary_email.confirmed_at is not None,
    )


def token_actor() -> Actor:
    """Return whose token the request shows, or nobody; raises `BadToken`."""
    if "token_actor" not in g:
        secret = find_secret(request.authorization)
        g.token_actor = NOBODY if secret is None else tokens.authenticate(secret)
        _note_use(g.token_actor)
    actor: Actor = g.token_actor
    if actor is NOBODY and "Authorization" in request.headers:
        raise BadToken
    return actor


def any_actor() -> Actor:
    """Return who shows a token or, without one, who is logged in with a cookie."""
    actor = token_actor()
    return actor if actor.is_known else session_actor()


def _note_use(actor: Actor) -> None:
    if actor.key is None or not tokens.is_use_to_note(actor.key.token_id):
        return
    try:
        with transaction():
            tokens.note_use(actor.key.token_id)
    except OperationalError:
        # Knowing when a token was used is worth less than answering its owner.
        _log.warning("the use of a token was not noted", extra={"token": actor.key.token_id})
