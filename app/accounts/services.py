"""Opening accounts and changing what belongs to them."""

from typing import Any

from sqlalchemy.exc import IntegrityError

from app.accounts import links, queries
from app.accounts.actors import OPERATOR
from app.accounts.events import (
    AccountOpened,
    AddressClaimed,
    ConfirmationAsked,
    EmailConfirmed,
    LoggedIn,
    LoggedOut,
    LoginFailed,
    NameChanged,
    PasswordChanged,
    PasswordReset,
    UploadAllowed,
)
from app.accounts.exceptions import (
    AccountClosed,
    AddressTaken,
    BadAddress,
    BadLogin,
    BadName,
    BadPassword,
    BadUsername,
    InvitationNeeded,
    RegistrationClosed,
    UsernameTaken,
    WeakPassword,
)
from app.accounts.models import Account, Email
from app.accounts.names import (
    Address,
    find_address,
    is_name,
    is_reserved,
    is_username,
    username_key,
)
from app.accounts.passwords import LONGEST, SHORTEST, is_trivial
from app.core import clock
from app.core.events import tell
from app.core.flags import demand_registration
from app.core.runtime import setting
from app.core.security import hash_password, make_secret
from app.extensions import db


def demand_open_registration() -> None:
    """Raise `RegistrationClosed`, or what else stands against it, if strangers cannot register."""
    demand_registration()
    if setting("REGISTRATION") == "closed":
        raise RegistrationClosed
    if setting("REGISTRATION") == "invite":
        raise InvitationNeeded


def register(username: str, email: str, *, password: str, name: str, locale: str) -> None:
    """Open an account for a stranger, who is to confirm the address by a link.

    Says that a username is taken, for everybody can see those. Says nothing of a
    taken address: its owner is told by mail, and the answer is the same.
    """
    demand_open_registration()
    if is_reserved(username):
        raise UsernameTaken
    password_hash = _hash_of(password, username=username, address=email)
    address = _parse_address(email)
    taken = queries.find_email(address.key)
    if taken is not None:
        _demand_free_username(username)
        tell(AddressClaimed(account_id=taken.account_id, username=taken.account.username))
        return
    account = _open(username, address, name, password_hash)
    account.locale = locale
    tell(AccountOpened(account_id=account.id, username=account.username, **_by(account)))
    tell(ConfirmationAsked(account_id=account.id, username=account.username))


def open_account(
    username: str,
    email: str,
    *,
    password: str,
    name: str = "",
    is_admin: bool = False,
    may_publish: bool = True,
) -> Account:
    """Open an account for somebody the operator knows; its address counts as confirmed.

    Raises `UsernameTaken` and `AddressTaken`.
    """
    password_hash = _hash_of(password, username=username, address=email)
    account = _open(username, _parse_address(email), name, password_hash)
    account.is_admin = is_admin
    account.primary_email.confirmed_at = clock.now()
    tell(
        AccountOpened(
            account_id=account.id,
            username=account.username,
            may_publish=may_publish,
            actor=OPERATOR.username,
        )
    )
    return account


def ask_confirmation(account_id: int) -> None:
    """Send the link that confirms an account's address, again."""
    account = queries.get_by_id(account_id)
    if account.primary_email.confirmed_at is None:
        tell(ConfirmationAsked(account_id=account.id, username=account.username, **_by(account)))


def confirm_email(secret: str) -> Account:
    """Note that whoever has the account reads its mail; raises `LinkDead`."""
    email = links.use_link(secret, links.CONFIRM)
    _note_confirmed(email)
    return email.account


def log_in(account_id: int, *, checked_hash: str, new_hash: str | None) -> Account:
    """Begin a session for somebody whose password was checked against a hash.

    Raises `AccountClosed`, and `BadLogin` if the password changed meanwhile.
    """
    account = queries.get_by_id(account_id)
    if account.password_hash != checked_hash:
        raise BadLogin
    if not account.is_active:
        raise AccountClosed
    account.password_hash = new_hash or checked_hash
    account.last_login_at = clock.now()
    tell(LoggedIn(account_id=account.id, username=account.username, **_by(account)))
    return account


def note_failed_login(account_id: int | None, username: str) -> None:
    """Note that a password was wrong, or that nobody has the name that was typed."""
    tell(LoginFailed(account_id=account_id, username=username))


def log_out(account_id: int) -> None:
    """Note that a session ended."""
    account = queries.get_by_id(account_id)
    tell(LoggedOut(account_id=account.id, username=account.username, **_by(account)))


def change_name(account_id: int, name: str) -> None:
    """Show an account by another name; an empty one shows the username."""
    account = queries.get_by_id(account_id)
    account.name = _parse_name(name)
    tell(
        NameChanged(
            account_id=account.id, username=account.username, name=account.name, **_by(account)
        )
    )


def change_language(account_id: int, locale: str) -> None:
    """Write to an account in another language."""
    queries.get_by_id(account_id).locale = locale


def change_password(account_id: int, password: str) -> Account:
    """Set a password that its owner chose; all sessions and reset links end."""
    account = queries.get_by_id(account_id)
    _set_password(account, password)
    tell(PasswordChanged(account_id=account.id, username=account.username, **_by(account)))
    return account


def give_password(account_id: int, password: str) -> None:
    """Set a password for somebody, as the operator may."""
    account = queries.get_by_id(account_id)
    _set_password(account, password)
    tell(PasswordChanged(account_id=account.id, username=account.username, actor=OPERATOR.username))


def reset_password(secret: str, password: str) -> Account:
    """Set a password by a link from a mail; raises `LinkDead`."""
    email = links.use_link(secret, links.RESET)
    account = email.account
    if not account.is_active:
        raise AccountClosed
    _set_password(account, password)
    # Only who reads the mail of an address has its link.
    if email.confirmed_at is None:
        _note_confirmed(email)
    tell(PasswordReset(account_id=account.id, username=account.username, **_by(account)))
    return account


def allow_upload(username: str, index_slug: str) -> None:
    """Let an account bring new names into an index."""
    account = queries.get_account(username)
    tell(
        UploadAllowed(
            account_id=account.id,
            username=account.username,
            index_slug=index_slug,
            actor=OPERATOR.username,
        )
    )


def _open(username: str, address: Address, name: str, password_hash: str) -> Account:
    _demand_free_username(username)
    now = clock.now()
    account = Account(
        username=username,
        username_key=username_key(username),
        name=_parse_name(name),
        password_hash=password_hash,
        session_key=make_secret(),
        created_at=now,
    )
    account.emails.append(Email(address=address.text, address_key=address.key, created_at=now))
    if queries.find_email(address.key) is not None:
        raise AddressTaken
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        # Somebody was quicker, by a moment; which of the two names it was is rare to matter.
        raise UsernameTaken from error
    return account


def _set_password(account: Account, password: str) -> None:
    account.password_hash = _hash_of(
        password, username=account.username, address=account.primary_email.address
    )
    # The key stands in every session cookie, so all of them are void now.
    account.session_key = make_secret()
    links.void_links([email.id for email in account.emails], links.RESET)


def _note_confirmed(email: Email) -> None:
    email.confirmed_at = clock.now()
    account = email.account
    tell(EmailConfirmed(account_id=account.id, username=account.username, **_by(account)))


def _hash_of(password: str, *, username: str, address: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword
    if is_trivial(password, username=username, address=address):
        raise WeakPassword
    return hash_password(password)


def _demand_free_username(username: str) -> None:
    if not is_username(username):
        raise BadUsername
    if queries.find_by_username(username) is not None:
        raise UsernameTaken


def _parse_address(text: str) -> Address:
    address = find_address(text)
    if address is None:
        raise BadAddress
    return address


def _parse_name(text: str) -> str:
    name = " ".join(text.split())
    if not is_name(name):
        raise BadName
    return name


def _by(account: Account) -> dict[str, Any]:
    return {"by": account.id, "actor": account.username}
