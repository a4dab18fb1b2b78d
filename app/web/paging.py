"""Lists that are at hand as a whole, and shown a numbered page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.exceptions import NotFound
from app.core.i18n import _l

Item = TypeVar("Item")


@dataclass(frozen=True)
class NumberedPage(Generic[Item]):
    """Some lines of a list; `last` is the number of its last page."""

    lines: tuple[Item, ...]
    number: int
    last: int


def cut_page(found: Sequence[Item], number: int, size: int) -> NumberedPage[Item]:
    """Return a page of a list, whose first one may be empty; raises `NotFound` beyond the end."""
    last = max(-(-len(found) // size), 1)
    if not 1 <= number <= last:
        raise NotFound(_l("There is no such page."))
    return NumberedPage(tuple(found[(number - 1) * size : number * size]), number, last)
