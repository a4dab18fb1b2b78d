"""Hexagonal maps: neighbours, rings, lines and what can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__version__ = "@version@"

_STEPS = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))


class Cell(NamedTuple):
    """A cell of a hexagonal grid in axial coordinates."""

    q: int
    r: int

    def step(self, direction: int, length: int = 1) -> Cell:
        """Return the cell that lies some steps in one of six directions."""
        q, r = _STEPS[direction % 6]
        return Cell(self.q + q * length, self.r + r * length)

    def distance(self, other: Cell) -> int:
        """Return how many steps another cell is away."""
        q, r = self.q - other.q, self.r - other.r
        return (abs(q) + abs(r) + abs(q + r)) // 2

    def ring(self, radius: int) -> Iterator[Cell]:
        """Yield the cells that are so many steps away."""
        cell = self.step(4, radius)
        for direction in range(6):
            for _ in range(radius):
                yield cell
                cell = cell.step(direction)
