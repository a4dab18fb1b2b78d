"""Facts about what searches know."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SynonymsAdded(Event):
    """Some words mean the same to searches from now on."""

    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SynonymsChanged(Event):
    """A group of words that mean the same consists of others than before."""

    before: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SynonymsRemoved(Event):
    """Some words do not mean the same to searches any more."""

    words: tuple[str, ...]
