"""Charts as values: bars with their words and numbers, in the reader's language.

How they are drawn is told by `templates/macros/charts.html`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_skeleton
from flask_babel import get_locale

from app.core import clock
from app.core.i18n import _
from app.stats.agents import OTHER
from app.stats.models import CLIENT, PYTHON, SYSTEM, VERSION
from app.stats.series import MONTHS, Shares, first_month
from app.stats.sums import next_month
from app.web.filters import day as write_day
from app.web.filters import number, share

DAYS = 90
# Even steps, so that the line in the middle stands at a whole number.
_STEPS = (2, 4, 6, 8, 10)
_MARKS = 3


@dataclass(frozen=True)
class Bar:
    """A bar: what it stands for, its number in words, and its length of 100 at most."""

    label: str
    text: str
    extent: float


@dataclass(frozen=True, kw_only=True)
class TimeChart:
    """Bars side by side; `ticks` are the numbers of the scale from above, `marks` some labels."""

    key: str
    title: str
    description: str
    heads: tuple[str, str]
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ShareChart:
    """Bars one below the other, the longest first; their texts tell number and share."""

    key: str
    title: str
    description: str
    heads: tuple[str, str]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What the bars of a chart count, and how that is written."""

    head: str
    write: Callable[[int], str] = number


def chart_days(
    key: str, title: str, counts: Mapping[date, int], scale: Scale, *, days: int = DAYS
) -> TimeChart:
    """Return the last days as a chart, those without anything too; today is the last."""
    first = clock.today() - timedelta(days=days - 1)
    moments = [first + timedelta(days=place) for place in range(days)]
    locale = str(get_locale())
    bars = [(_name_day(moment, locale), counts.get(moment, 0)) for moment in moments]
    return _chart_time(key, (title, _("Day")), bars, scale)


def chart_months(key: str, title: str, counts: Mapping[date, int], scale: Scale) -> TimeChart:
    """Return the last months as a chart, those without anything too; this one is the last."""
    bars = [(write_month(month), counts.get(month, 0)) for month in list_last_months()]
    return _chart_time(key, (title, _("Month")), bars, scale)


def list_last_months() -> list[date]:
    """Return the first days of the months that are shown, in order."""
    months = [first_month()]
    while len(months) < MONTHS:
        months.append(next_month(months[-1]))
    return months


def chart_shares(key: str, kind: str, shares: Shares) -> ShareChart:
    """Return how downloads divide as a chart; what is not among the largest is one bar."""
    counts = [(label_of(kind, part.value), part.count) for part in shares.parts]
    rest = shares.total - sum(count for _label, count in counts)
    if rest > 0:
        counts.append((_("All others"), rest))
    bars = tuple(_share_bar(label, count, shares.total) for label, count in counts)
    title, head = _titles()[kind]
    return ShareChart(
        key=key,
        title=title,
        description=_describe_shares(bars),
        heads=(head, _("Downloads")),
        bars=bars,
    )


def label_of(kind: str, value: str) -> str:
    """Return how people call a version, Python, client or system."""
    if kind == PYTHON:
        told = _("Python %(version)s", version=value) if value else _("Not told")
        return str(told)
    if kind == VERSION:
        return value
    known = {OTHER: _("Others"), "browser": _("Browser"), "Darwin": "macOS"}
    return str(known.get(value, value))


# Writing one takes longer than drawing its bar.
@lru_cache(maxsize=1_000)
def _name_day(moment: date, _locale: str) -> str:
    return write_day(moment)


def write_month(month: date) -> str:
    """Write a month with its year."""
    return str(format_skeleton("yMMM", month, locale=get_locale()))


def _chart_time(
    key: str, heads: tuple[str, str], bars: Sequence[tuple[str, int]], scale: Scale
) -> TimeChart:
    labels, counts = zip(*bars, strict=True)
    top = round_up(max(counts))
    title, head = heads
    return TimeChart(
        key=key,
        title=title,
        description=_describe_time(bars, scale),
        heads=(head, scale.head),
        bars=tuple(Bar(label, scale.write(count), 100 * count / top) for label, count in bars),
        ticks=tuple(scale.write(value) for value in (top, top // 2, 0)),
        marks=tuple(labels[place] for place in _spread(len(labels))),
    )


def round_up(most: int) -> int:
    """Return a round number that is not smaller, to be the end of a scale."""
    power: int = 10 ** (len(str(max(most - 1, 1))) - 1)
    return next(step * power for step in _STEPS if step * power >= most)


def _spread(length: int) -> list[int]:
    return [round(place * (length - 1) / (_MARKS - 1)) for place in range(_MARKS)]


def _describe_time(bars: Sequence[tuple[str, int]], scale: Scale) -> str:
    best, most = max(bars, key=lambda bar: bar[1])
    if not most:
        return str(_("There was nothing in this time."))
    return str(
        _(
            "%(total)s in all, from %(first)s to %(last)s. The highest is %(best)s with %(most)s.",
            total=scale.write(sum(count for _label, count in bars)),
            first=bars[0][0],
            last=bars[-1][0],
            best=best,
            most=scale.write(most),
        )
    )


def _share_bar(label: str, count: int, total: int) -> Bar:
    part = count / total
    text = _("%(count)s (%(share)s)", count=number(count), share=share(part))
    return Bar(label, str(text), 100 * part)


def _describe_shares(bars: Sequence[Bar]) -> str:
    if not bars:
        return str(_("There was nothing in this time."))
    return str(_("First is %(label)s: %(text)s.", label=bars[0].label, text=bars[0].text))


def _titles() -> dict[str, tuple[str, str]]:
    return {
        VERSION: (_("By version"), _("Version")),
        PYTHON: (_("By Python"), _("Python")),
        CLIENT: (_("By program"), _("Program")),
        SYSTEM: (_("By system"), _("System")),
    }
