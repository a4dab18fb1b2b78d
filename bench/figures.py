"""What was measured, and what several rounds of it come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Unit:
    """What a figure counts, and in which direction it is better."""

    name: str
    is_more_better: bool


RATE = Unit("requests/s", True)
SECONDS = Unit("s", False)
MILLISECONDS = Unit("ms", False)
MEMORY = Unit("MiB", False)


@dataclass(frozen=True)
class Figure:
    """One cell: a value, or a note that says why there is none; latencies are milliseconds."""

    value: float | None
    p50: float | None = None
    p99: float | None = None
    note: str = ""


def missing(note: str) -> Figure:
    """Return a cell without a value."""
    return Figure(None, note=note)


def combine(figures: Sequence[Figure]) -> Figure:
    """Return the medians of some rounds; one round without a value spoils the cell."""
    for figure in figures:
        if figure.value is None:
            return figure
    return Figure(
        value=_median([figure.value for figure in figures]),
        p50=_median([figure.p50 for figure in figures]),
        p99=_median([figure.p99 for figure in figures]),
    )


def compare(ours: Figure, theirs: Figure, unit: Unit) -> float | None:
    """Return how many times better ours is, or None when there is nothing to compare."""
    if not ours.value or not theirs.value:
        return None
    ratio = ours.value / theirs.value
    return ratio if unit.is_more_better else 1 / ratio


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
