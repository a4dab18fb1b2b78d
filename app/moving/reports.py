"""How far a move is, and what it came to."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrived:
    """What is in the target of one table, compared with the source.

    Words have no digest: each kind of database keeps them in its own way.
    """

    name: str
    count: int
    digest: str


@dataclass(frozen=True)
class Moved:
    """What a move came to; `mended` counts values that lost a NUL."""

    tables: tuple[Arrived, ...]
    mended: int


class Progress:
    """Shows how far a move is; this one is silent."""

    def parts(self, parts: Iterator[Sized], total: int, label: str) -> None:
        """Walk through the parts of so many rows."""
        for _part in parts:
            pass

    def steps(self, steps: Sequence[str], label: str) -> Iterable[str]:
        """Yield the steps."""
        return steps
