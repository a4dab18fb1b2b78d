"""What can go wrong with accounts; `field` names the form field to blame."""

from typing import Any

from app.core.exceptions import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from app.core.i18n import _l, ngettext


class AccountNotFound(NotFound):
    """No account has this name."""

    code = "account-not-found"
    message = _l("There is no account of this name.")


class BadUsername(Invalid):
    """The text cannot be a username."""

    code = "bad-username"
    field = "username"
    message = _l(
        "A username has 1 to 50 letters, digits, dots, hyphens and underscores, "
        "and begins and ends with a letter or a digit."
    )


class UsernameTaken(Conflict):
    """Somebody has this username, or nobody may."""

    code = "username-taken"
    field = "username"
    message = _l("This username is taken. Please choose another one.")


class BadAddress(Invalid):
    """The text is not a mail address."""

    code = "bad-address"
    field = "email"
    message = _l("This is not an e-mail address. It looks like name@example.com.")


class AddressTaken(Conflict):
    """Another account has this mail address."""

    code = "address-taken"
    field = "email"
    message = _l("Another account has this e-mail address.")


class BadName(Invalid):
    """The text cannot be a person's name."""

    code = "bad-name"
    field = "name"
    message = _l("A name has at most 100 characters, without < and >.")


class BadPassword(Invalid):
    """The password is too short or too long."""

    code = "bad-password"
    field = "password"
    message = _l("A password has 8 to 1000 characters.")


class WeakPassword(Invalid):
    """The password would be guessed at once."""

    code = "weak-password"
    field = "password"
    message = _l("This password is too easy to guess. Three or four unrelated words are better.")


class BadLogin(Forbidden):
    """Nobody has this name with this password; which of them is wrong is not told."""

    code = "bad-login"
    message = _l("This name and this password do not belong together.")


class WrongPassword(Forbidden):
    """The account's own password was asked for and another one came."""

    code = "wrong-password"
    field = "current"
    message = _l("This is not your password.")


class AccountClosed(Forbidden):
    """The account may not be used any more."""

    code = "account-closed"
    message = _l("This account is closed. Please ask the people who run this site.")


class NotAdministrator(Forbidden):
    """Only who runs the site, or the index in question, may do this."""

    code = "not-administrator"
    message = _l("Only an administrator may do this.")


class NotOneself(Conflict):
    """Administrators decide about others: nobody locks themselves out."""

    code = "not-oneself"
    message = _l("You cannot do this to your own account. Ask another administrator.")


class LastAdministrator(Conflict):
    """Somebody must be able to run the site."""

    code = "last-administrator"
    message = _l("This is the last administrator. Make somebody else one first.")


class RegistrationClosed(Forbidden):
    """Accounts are not opened on the web here."""

    code = "registration-closed"
    message = _l("Nobody can register here. Please ask the people who run this site.")


class InvitationNeeded(Forbidden):
    """Accounts are opened for invited people only."""

    code = "invitation-needed"
    message = _l(
        "You need an invitation to register here. Please ask the people who run this site."
    )


class LinkDead(Gone):
    """A link from a mail is unknown, used or too old."""

    code = "link-dead"
    message = _l("This link has expired or was used already. Please ask for a new one.")


class TokenNameTaken(Conflict):
    """The account has a token of this name."""

    code = "token-name-taken"
    field = "name"
    message = _l("You have a token of this name already.")


class TooManyTokens(Conflict):
    """The account has as many tokens as one may have."""

    code = "too-many-tokens"
    message = _l("You have very many tokens. Please revoke one that you do not need any more.")


class TokenNotFound(NotFound):
    """The account has no such token."""

    code = "token-not-found"
    message = _l("You have no such token.")


class MustWait(TooMany):
    """Too many attempts came from one place."""

    code = "must-wait"

    def __init__(self, seconds: int) -> None:
        message: Any = ngettext(
            "Too many attempts. Please wait %(num)s second and try again.",
            "Too many attempts. Please wait %(num)s seconds and try again.",
            seconds,
        )
        super().__init__(message, retry_after=seconds)
