"""Invented people, places and prices for tests, the same ones every time."""

import hashlib
from collections.abc import Sequence

__version__ = "@version@"

_FIRST = ("Ottilie", "Bruno", "Maja", "Anselm", "Ingrid", "Kazimierz", "Wanda", "Ruben")
_LAST = ("Brandt", "Nowak", "Lindqvist", "Okafor", "Marchetti", "Sato", "Keller", "Dubois")


class Sea:
    """A source of invented facts; the same seed gives the same facts."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._taken = 0

    def pick(self, choices: Sequence[str]) -> str:
        """Return the next choice."""
        self._taken += 1
        drop = hashlib.sha256(f"{self._seed}:{self._taken}".encode()).digest()
        return choices[int.from_bytes(drop[:8], "big") % len(choices)]

    def person(self) -> str:
        """Return a name."""
        return f"{self.pick(_FIRST)} {self.pick(_LAST)}"
