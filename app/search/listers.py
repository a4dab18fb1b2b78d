"""Who knows how projects are listed; those above us are registered in `app.wiring`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Lister:
    """One who can list projects anew, a few at a time, by the numbers of rows of its own.

    `last` returns the greatest number; `relist` lists those from one number up to,
    without, another, inside a transaction.
    """

    label: str
    last: Callable[[], int]
    relist: Callable[[int, int], None]


_listers: list[Lister] = []


def register(*listers: Lister) -> None:
    """Name all who list projects, in place of those before."""
    _listers[:] = listers


def list_listers() -> list[Lister]:
    """Return all who list projects."""
    return list(_listers)
