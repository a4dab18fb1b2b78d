"""Decide whether now is a good moment to disturb people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

__version__ = "@version@"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Hours:
    """A span of the day on some days of the week, such as `Hours("08:30", "17:00")`."""

    begin: str
    end: str
    days: str = "mon-sun"

    def is_open(self, at: datetime) -> bool:
        """Tell whether people may be disturbed at a local time."""
        begin, end = time.fromisoformat(self.begin), time.fromisoformat(self.end)
        if _DAYS[at.weekday()] not in _span(self.days):
            return False
        if begin <= end:
            return begin <= at.time() < end
        return at.time() >= begin or at.time() < end


def _span(days: str) -> tuple[str, ...]:
    first, _, last = days.partition("-")
    start = _DAYS.index(first)
    return _DAYS[start : _DAYS.index(last or first) + 1]
