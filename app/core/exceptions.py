"""What can go wrong, in the words of the trade.

Features raise subclasses of these; only `app.web.errors` knows which HTTP
status each becomes.
"""

from typing import Any


class DomainError(Exception):
    """Carry a stable code for machines and a sentence for people.

    `message` may be a lazy translation; `str()` of it is made when it is shown.
    """

    code = "error"
    message: Any = "Something went wrong."

    def __init__(self, message: Any = None, *, code: str | None = None) -> None:
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)

    @property
    def page_message(self) -> str:
        """Return the sentence for a page, where links may stand beside it."""
        return str(self)


class Invalid(DomainError):
    """The request breaks a rule, and sending it again will not help."""

    code = "invalid"


class Unauthenticated(DomainError):
    """Nobody, or nobody we know, is asking."""

    code = "unauthenticated"


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not-found"


class Conflict(DomainError):
    """The state of the index stands against it."""

    code = "conflict"


class Gone(DomainError):
    """The thing was here once and will not come back."""

    code = "gone"


class TooLarge(DomainError):
    """A limit on size was passed."""

    code = "too-large"


class TooMany(DomainError):
    """The caller must wait; `retry_after` says how many seconds."""

    code = "too-many"

    def __init__(self, message: Any = None, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something we need is away for the moment; `retry_after` is in seconds."""

    code = "unavailable"

    def __init__(self, message: Any = None, *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
