"""All facts about accounts. The journal keeps them, so none carries a secret."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountEvent(Event):
    """Something happened to an account."""

    account_id: int
    username: str


@dataclass(frozen=True, kw_only=True)
class AccountOpened(AccountEvent):
    """Somebody can log in from now on; `may_publish` lets them bring new names to `main`."""

    may_publish: bool = False


@dataclass(frozen=True, kw_only=True)
class UploadAllowed(AccountEvent):
    """An account may bring new names into an index."""

    index_slug: str


@dataclass(frozen=True, kw_only=True)
class ConfirmationAsked(AccountEvent):
    """A mail is to go to an account's address, with a link that confirms it."""


@dataclass(frozen=True, kw_only=True)
class AddressClaimed(AccountEvent):
    """Somebody tried to register with an address that this account has."""


@dataclass(frozen=True, kw_only=True)
class EmailConfirmed(AccountEvent):
    """Whoever has the account reads the mail of its address."""


@dataclass(frozen=True, kw_only=True)
class LoggedIn(AccountEvent):
    """A session began."""


@dataclass(frozen=True, kw_only=True)
class LoggedOut(AccountEvent):
    """A session ended."""


@dataclass(frozen=True, kw_only=True)
class LoginFailed(Event):
    """A login failed; what was typed is not kept, for it may have been a password."""

    account_id: int | None
    username: str


@dataclass(frozen=True, kw_only=True)
class NameChanged(AccountEvent):
    """Somebody is shown by another name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(AccountEvent):
    """An account has another password, and all its other sessions ended."""


@dataclass(frozen=True, kw_only=True)
class ResetLinkMade(AccountEvent):
    """A mail is to go to an account's address, with a link that sets a new password."""


@dataclass(frozen=True, kw_only=True)
class ResetLinkOrdered(AccountEvent):
    """An administrator wants somebody to get a link that sets a new password."""


@dataclass(frozen=True, kw_only=True)
class AccountFrozen(AccountEvent):
    """Nobody can use an account any more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountUnfrozen(AccountEvent):
    """An account can be used again."""


@dataclass(frozen=True, kw_only=True)
class AdministratorMade(AccountEvent):
    """An account may do everything."""


@dataclass(frozen=True, kw_only=True)
class AdministratorUnmade(AccountEvent):
    """An account may do no more than others."""


@dataclass(frozen=True, kw_only=True)
class TokensRevoked(AccountEvent):
    """All keys of an account were ended."""

    count: int


@dataclass(frozen=True, kw_only=True)
class PasswordReset(PasswordChanged):
    """A password was set by a link from a mail."""


@dataclass(frozen=True, kw_only=True)
class TokenMade(AccountEvent):
    """A key for a program was made."""

    token_id: int
    token_name: str
    scope: str
    index_slug: str | None
    project: str | None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(AccountEvent):
    """A key for a program was ended."""

    token_id: int
    token_name: str
