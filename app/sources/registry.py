"""Which source an index has; kinds are registered from above, in `app.wiring`."""

from collections.abc import Callable

from app.indexes.models import Index
from app.sources.base import Source

Factory = Callable[[Index], Source]

_factories: dict[str, Factory] = {}


def register(kind: str, factory: Factory) -> None:
    """Let indexes of a kind be served by the sources that a factory makes."""
    _factories[kind] = factory


def source_for(index: Index) -> Source:
    """Return the source of an index."""
    return _factories[index.kind](index)
