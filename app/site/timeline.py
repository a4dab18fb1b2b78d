"""The releases of a project along a line of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sources.page import ReleaseLine

# So much of the hundred is left free at both ends, for marks are not points.
_MARGIN = 2
_DAY = timedelta(days=1)
_MOST_YEARS = 6
STABLE, PRE, YANKED = "stable", "pre", "yanked"


@dataclass(frozen=True)
class Mark:
    """A release at its place, in per cent; `kind` is what it is first of all."""

    line: ReleaseLine
    kind: str
    x: float


@dataclass(frozen=True)
class Year:
    """The beginning of a year at its place."""

    number: int
    x: float


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Releases in the order of time, and the years between them."""

    marks: tuple[Mark, ...]
    years: tuple[Year, ...]
    begin: datetime
    end: datetime

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that there are."""
        there = {mark.kind for mark in self.marks}
        return tuple(kind for kind in (STABLE, PRE, YANKED) if kind in there)

    def count(self, kind: str) -> int:
        """Return how many releases are of a kind."""
        return sum(mark.kind == kind for mark in self.marks)


def make_timeline(lines: Iterable[ReleaseLine], now: datetime) -> Timeline | None:
    """Return the releases whose time is known, up to now; None for fewer than two."""
    known = [(line, line.published_at) for line in lines if line.published_at is not None]
    dated = sorted(((line, at) for line, at in known if at <= now), key=lambda pair: pair[1])
    if len(dated) < 2:
        return None
    begin = dated[0][1]
    length = max(now - begin, _DAY)
    return Timeline(
        marks=tuple(Mark(line, kind_of(line), _x(at - begin, length)) for line, at in dated),
        years=_years(begin, now),
        begin=begin,
        end=dated[-1][1],
    )


def kind_of(line: ReleaseLine) -> str:
    """Return what a release is first of all."""
    if line.is_yanked:
        return YANKED
    return PRE if line.is_prerelease else STABLE


def _years(begin: datetime, now: datetime) -> tuple[Year, ...]:
    numbers: Sequence[int] = range(begin.year + 1, now.year + 1)
    step = -(-len(numbers) // _MOST_YEARS) or 1
    length = max(now - begin, _DAY)
    return tuple(
        Year(number, _x(datetime(number, 1, 1, tzinfo=UTC) - begin, length))
        for number in numbers[::step]
    )


def _x(since: timedelta, length: timedelta) -> float:
    return round(_MARGIN + since / length * (100 - 2 * _MARGIN), 2)
