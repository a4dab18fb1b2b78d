"""Turning the pages of long lists by where the last one ended, never by counting from the top."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

PAGE_SIZE = 50
# Rules may keep many names in a row from being listed; so many rows are looked at for a page.
_ROUNDS = (PAGE_SIZE + 1, 200, 1_000, 2_000)

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind a key, before one, or at the top when there is none."""

    key: Key | None = None
    is_back: bool = False


class Row(Protocol):
    """A line of a list and its place in it; it is shown when its name may be."""

    @property
    def key(self) -> Key:
        """Return what the list is ordered by; no two rows have the same."""

    @property
    def name(self) -> str:
        """Return the normalised name of the project that it is about."""


RowT = TypeVar("RowT", bound=Row)
Item = TypeVar("Item")
# Gives at most so many rows behind a place, or before it, the nearest first.
Reading = Callable[[Place, int], Sequence[RowT]]


@dataclass(frozen=True)
class Turned(Generic[Item]):
    """The rows of a page, and the keys by which one turns back and on, if there is anything."""

    rows: tuple[Item, ...]
    before: Key | None
    after: Key | None


def turn(
    read: Reading[RowT],
    place: Place,
    listed: Callable[[Collection[str]], set[str]],
    *,
    size: int = PAGE_SIZE,
) -> Turned[RowT]:
    """Return the page at a place, made of those rows whose names are listed."""
    kept: list[RowT] = []
    at, is_more = place, True
    for limit in _ROUNDS:
        found = read(at, limit)
        names = listed({row.name for row in found})
        kept += [row for row in found if row.name in names]
        is_more = len(found) == limit
        if not is_more or len(kept) > size:
            break
        at = Place(found[-1].key, place.is_back)
    edge = kept[size - 1].key if len(kept) > size else at.key if is_more else None
    return _make_page(kept[:size], place, edge, _key_of)


def cut(
    found: Sequence[Item], place: Place, key: Callable[[Item], Key], *, size: int = PAGE_SIZE
) -> Turned[Item]:
    """Return the page at a place, of rows that were read there: one more than it holds."""
    edge = key(found[size - 1]) if len(found) > size else None
    return _make_page(found[:size], place, edge, key)


def _make_page(
    rows: Sequence[Item], place: Place, edge: Key | None, key: Callable[[Item], Key]
) -> Turned[Item]:
    """Return a page from rows in the order of reading; `edge` is where reading can go on."""
    came_from = key(rows[0]) if rows else place.key
    if place.is_back:
        return Turned(tuple(reversed(rows)), edge, came_from)
    return Turned(tuple(rows), came_from if place.key is not None else None, edge)


def _key_of(row: Row) -> Key:
    return row.key
