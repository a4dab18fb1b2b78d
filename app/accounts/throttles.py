"""How often one may try, from one place: the rules of the doors to accounts."""

from app.accounts import delays
from app.accounts.delays import Rule, place
from app.accounts.names import username_key

# Guessing one name's password from one place becomes slow; the right password
# forgives it.
_LOGIN = Rule("log-in", free=4, first=2, longest=15 * 60)
# Trying one password on many names does too, but a whole office behind one
# address must get in, so it stays short.
_PLACE = Rule("log-in-place", free=30, first=1, longest=60)
_REGISTER = Rule("register", free=20, first=5, longest=5 * 60)
_RESET = Rule("reset", free=3, first=30, longest=15 * 60)
_RESET_PLACE = Rule("reset-place", free=30, first=2, longest=60)
# However many places ask, somebody's mailbox gets only so much.
_MAILS = Rule("mails", free=5, first=5 * 60, longest=60 * 60)


def count_log_in(login: str, address: str) -> None:
    """Count a log-in before the password is looked at; raises `MustWait`."""
    delays.count(_LOGIN, username_key(login), place(address))
    delays.count(_PLACE, place(address))


def forgive_log_in(login: str, address: str) -> None:
    """Forget what a name and a place had against them: the password was right.

    The place alone gets back just this attempt: else one account of their own
    would let somebody guess at all others without delay.
    """
    delays.forget(_LOGIN, username_key(login), place(address))
    delays.forgive(_PLACE, place(address))


def count_registration(address: str) -> None:
    """Count a registration; raises `MustWait`."""
    delays.count(_REGISTER, place(address))


def count_reset(login: str, address: str) -> None:
    """Count a wish for a reset link; raises `MustWait`."""
    delays.count(_RESET, username_key(login), place(address))
    delays.count(_RESET_PLACE, place(address))


def count_mail(purpose: str, account_id: int) -> None:
    """Count a mail that somebody else may have asked for; raises `MustWait`."""
    delays.count(_MAILS, purpose, str(account_id))
