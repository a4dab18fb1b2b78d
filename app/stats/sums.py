"""What facts about downloads add up to: by days, and by months and their parts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.stats.models import ALL, CLIENT, FILE, PYTHON, SYSTEM, TOTAL, VERSION

Row = dict[str, Any]

# Which column of a fact a part is told apart by; those without one are the whole.
PARTS: Mapping[str, str | None] = {
    TOTAL: None,
    VERSION: "version",
    FILE: "filename",
    CLIENT: "client",
    PYTHON: "python",
    SYSTEM: "system",
}
# The parts that are kept of all projects together.
PARTS_OF_ALL = (TOTAL, CLIENT, PYTHON, SYSTEM)
_DAY_KEY = ("index_slug", "project", "day")
_MONTH_KEY = ("index_slug", "project", "month", "kind", "value")


def month_of(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after one that is told by its first."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_back(month: date, number: int) -> date:
    """Return the first day of the month so many months before one."""
    place = month.year * 12 + month.month - 1 - number
    return date(place // 12, place % 12 + 1, 1)


def sum_days(facts: Iterable[Row]) -> list[Row]:
    """Return the sums of days that some facts, by days, come to; in the order of their keys."""
    return _sum(_DAY_KEY, ((_day_keys(fact), fact) for fact in facts))


def sum_months(facts: Iterable[Row]) -> list[Row]:
    """Return the sums of months and their parts that some facts, by days, come to."""
    return _sum(_MONTH_KEY, ((_month_keys(fact), fact) for fact in facts))


def _day_keys(fact: Row) -> Iterator[tuple[Any, ...]]:
    for project in (ALL, fact["project"]):
        yield fact["index_slug"], project, fact["day"]


def _month_keys(fact: Row) -> Iterator[tuple[Any, ...]]:
    slug, month = fact["index_slug"], month_of(fact["day"])
    for kind, column in PARTS.items():
        value = fact[column] if column else ""
        yield slug, fact["project"], month, kind, value
        if kind in PARTS_OF_ALL:
            yield slug, ALL, month, kind, value


def _sum(names: Sequence[str], parts: Iterable[tuple[Iterable[tuple[Any, ...]], Row]]) -> list[Row]:
    counts: Counter[tuple[Any, ...]] = Counter()
    sizes: Counter[tuple[Any, ...]] = Counter()
    for keys, fact in parts:
        for key in keys:
            counts[key] += fact["count"]
            sizes[key] += fact["bytes"]
    return [
        dict(zip(names, key, strict=True)) | {"count": counts[key], "bytes": sizes[key]}
        for key in sorted(counts)
    ]
