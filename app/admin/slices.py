"""Long lists, a slice at a time: by where the last one ended, never by counting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

LENGTH = 50
# No number of a row is longer.
_MOST_DIGITS = 18


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """Some lines of a list; `next` is where the following ones begin, or None at the end."""

    items: tuple[Item, ...]
    next: str | int | None = None


def cut(found: Sequence[Item], key: Callable[[Item], str | int]) -> Slice[Item]:
    """Return a slice of what was read with one line more than fits."""
    items = tuple(found[:LENGTH])
    return Slice(items, key(items[-1]) if len(found) > LENGTH else None)


def as_number(text: str) -> int | None:
    """Return where a list is to go on, or None for its beginning, and for what is no number."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
