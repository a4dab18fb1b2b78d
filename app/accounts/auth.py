"""Finding out who is asking: by session cookie on pages, by token at the machines' doors."""

import logging
from ipaddress import ip_address

from flask import Flask, g, request, session
from flask_login import COOKIE_NAME as REMEMBER_COOKIE
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from app.accounts import queries, services, throttles, tokens
from app.accounts.actors import NOBODY, Actor
from app.accounts.exceptions import BadLogin, WrongPassword
from app.accounts.models import Account
from app.core.database import transaction
from app.core.exceptions import DomainError, Unauthenticated
from app.core.i18n import _l
from app.core.security import hash_password, is_same, needs_rehash, verify_password
from app.extensions import db, login
from app.web.http import find_caller, find_secret
from app.web.visits import note_account

_log = logging.getLogger(__name__)


class BadToken(Unauthenticated):
    """A token was shown that nobody has, or that has run out."""

    code = "bad-token"
    message = "This token is not valid: it is unknown, expired or revoked."


def init_app(app: Flask) -> None:
    """Tell Flask-Login where the accounts are."""
    login.login_view = "accounts.log_in"
    login.login_message = _l("Please log in to see this page.")
    login.login_message_category = "info"
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
    note_account(account.id)
    return account


def check_login(login: str, password: str) -> Account:
    """Return the account that a name and a password belong to, logged in as of now.

    Raises `MustWait`, `BadLogin` and `AccountClosed`. Each is said after the same
    work, whether there is such an account or not.
    """
    try:
        return _check_login(login, password, find_caller().address)
    except DomainError as error:
        _note_refusal("login", error)
        raise


def _check_login(login: str, password: str, place: str) -> Account:
    with transaction():
        throttles.count_log_in(login, place)
    account = queries.find_by_login(login)
    # As values: the next transaction would make the session read the row again,
    # which takes longer than for a name that nobody has.
    number, username, hashed = _facts(account)
    if not verify_password(hashed, password) or number is None or hashed is None:
        with transaction():
            services.note_failed_login(number, username)
        raise BadLogin
    new_hash = hash_password(password) if needs_rehash(hashed) else None
    with transaction():
        throttles.forgive_log_in(login, place)
        return services.log_in(number, checked_hash=hashed, new_hash=new_hash)


def check_own_password(account: Account, password: str) -> None:
    """Make sure that whoever holds a session knows its password; raises `WrongPassword`.

    A session left open must not be a place to guess from, so it is counted too.
    """
    place = find_caller().address
    with transaction():
        throttles.count_log_in(account.username, place)
    if not verify_password(account.password_hash, password):
        _note_refusal("login", WrongPassword())
        raise WrongPassword
    with transaction():
        throttles.forgive_log_in(account.username, place)


def begin_session(account: Account, *, remember: bool) -> None:
    """Let the browser act for an account from now on."""
    # What a stranger put into the cookie before must not live on in the session.
    session.clear()
    login_user(account, remember=remember)


def renew_session(account: Account) -> None:
    """Keep this browser logged in although all sessions of the account were ended."""
    begin_session(account, remember=REMEMBER_COOKIE in request.cookies)


def end_session() -> None:
    """Forget who uses the browser."""
    logout_user()
    # What Flask-Login leaves here makes it remove its own cookie.
    kept = session.get("_remember")
    session.clear()
    if kept is not None:
        session["_remember"] = kept


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
        note_account(g.token_actor.account_id)
        _note_use(g.token_actor)
        if _is_refused(g.token_actor):
            _note_refusal("token", BadToken())
    actor: Actor = g.token_actor
    if _is_refused(actor):
        raise BadToken
    return actor


def any_actor() -> Actor:
    """Return who shows a token or, without one, who is logged in with a cookie."""
    actor = token_actor()
    return actor if actor.is_known else session_actor()


def _is_refused(actor: Actor) -> bool:
    return actor is NOBODY and "Authorization" in request.headers


def _note_refusal(what: str, error: DomainError) -> None:
    """Tell the log from where somebody was refused; deploy/fail2ban reads these very words.

    Nothing that a stranger wrote may be in the line, or it would ban others.
    """
    try:
        address = str(ip_address(find_caller().address))
    except ValueError:
        address = "nowhere"
    _log.warning("%s refused from %s", what, address, extra={"reason": error.code})


def _note_use(actor: Actor) -> None:
    if actor.key is None or not tokens.is_use_to_note(actor.key.token_id):
        return
    try:
        with transaction():
            tokens.note_use(actor.key.token_id)
    except OperationalError:
        # Knowing when a token was used is worth less than answering its owner.
        _log.warning("the use of a token was not noted", extra={"token": actor.key.token_id})


def _facts(account: Account | None) -> tuple[int | None, str, str | None]:
    if account is None:
        return None, "", None
    return account.id, account.username, account.password_hash
