"""The words under which kinds of facts are kept."""

import re

from app.core.events import Event

_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def tag_of(kind: type[Event]) -> str:
    """Return the word for a kind of fact: `file-published`."""
    return _HUMPS.sub("-", kind.__name__).lower()


def list_tags() -> list[str]:
    """Return the words for all kinds of facts that are history, sorted."""
    return sorted({tag_of(kind) for kind in _below(Event) if kind.is_history})


def _below(kind: type[Event]) -> set[type[Event]]:
    return {one for each in kind.__subclasses__() for one in ({each} | _below(each))}
