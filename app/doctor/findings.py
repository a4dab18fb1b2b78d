"""What a check finds."""

from dataclasses import dataclass

FINE, WARNING, WRONG = "ok", "warning", "wrong"


@dataclass(frozen=True)
class Finding:
    """What is so, in a sentence, and in another one what to do about it."""

    level: str
    what: str
    todo: str = ""


def fine(what: str) -> Finding:
    """Find that all is well."""
    return Finding(FINE, what)


def doubtful(what: str, todo: str) -> Finding:
    """Find what works, and may not for long."""
    return Finding(WARNING, what, todo)


def wrong(what: str, todo: str) -> Finding:
    """Find what does not work."""
    return Finding(WRONG, what, todo)
