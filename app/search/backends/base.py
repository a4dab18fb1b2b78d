"""What every kind of database does for searches: it keeps words, and finds who has them.

All that ranks, counts and hides stands above; so the same search has the same
answer everywhere, up to what a language makes of the ends of its words.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement

ANYWHERE, IN_NAME, IN_PEOPLE = "anywhere", "name", "people"


@dataclass(frozen=True)
class Key:
    """A listed project as backends know it; `popularity` is that of its row, 0 to a million."""

    index_id: int
    listing_id: int
    popularity: int


@dataclass(frozen=True)
class Move:
    """A listed project gets another popularity."""

    key: Key
    popularity: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """All words of a listed project. `tokens` stand for its labels and are no words."""

    key: Key
    name: str
    summary: str = ""
    keywords: str = ""
    description: str = ""
    people: str = ""
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """One word, or several that must follow each other unless they may stand apart.

    The last one may be a beginning.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    may_stand_apart: bool = False


@dataclass(frozen=True)
class Group:
    """Terms that mean the same: one of them must be there, in that part of the words."""

    terms: tuple[Term, ...]
    part: str = ANYWHERE


# All of its groups must be there.
Reading = tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for: one of the readings, one of each set of tokens, and none of `without`.

    Without readings words do not matter, and without anything all projects fit.
    """

    readings: tuple[Reading, ...] = ()
    tokens: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_open(self) -> bool:
        """Tell whether nothing is demanded; `without` alone is no demand."""
        return not self.readings and not self.tokens


class Backend(Protocol):
    """Where the words are."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Keep the words of listed projects, in place of those from before."""

    def move(self, moves: Sequence[Move]) -> None:
        """Note other popularities of projects whose words stay the same."""

    def drop(self, keys: Sequence[Key]) -> None:
        """Forget the words of projects."""

    def match(
        self, index_ids: Sequence[int], query: Query, limit: int
    ) -> dict[int, dict[int, int]]:
        """Return, by indexes, popularities of the first listed projects that fit, by numbers.

        The most popular ones come first, and `limit` is for each index. The query
        must not be open.
        """

    def known(self, keys: Sequence[Key]) -> set[int]:
        """Return the numbers of those of some listed projects whose words are kept."""

    def strays(self, limit: int) -> Iterator[list[Any]]:
        """Yield, in parts of at most so many, what is kept of projects that are listed no more."""

    def drop_strays(self, strays: Sequence[Any]) -> int:
        """Forget what `strays` found and is still listed no more; return how many that were."""

    def among(self, column: ColumnElement[int], numbers: Collection[int]) -> ColumnElement[bool]:
        """Return the condition that a column has one of many numbers, as one parameter."""
