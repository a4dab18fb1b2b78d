"""Distances, speeds and durations that refuse to be mixed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

__version__ = "@version@"


@dataclass(frozen=True, order=True)
class _Amount:
    value: float

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.value + other.value)


class Hours(_Amount):
    """A duration."""


class Kmh(_Amount):
    """A speed."""

    def __str__(self) -> str:
        return f"{self.value:.1f} km/h"


class Km(_Amount):
    """A distance."""

    def __truediv__(self, time: Hours) -> Kmh:
        return Kmh(self.value / time.value)
