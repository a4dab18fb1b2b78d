"""What the pages of a project tell of its downloads."""

from dataclasses import dataclass
from datetime import timedelta

from app.core import clock
from app.core.i18n import _
from app.stats.charts import (
    Scale,
    ShareChart,
    TimeChart,
    chart_days,
    chart_months,
    chart_shares,
)
from app.stats.models import CLIENT, PYTHON, SYSTEM, VERSION
from app.stats.series import Course, Shares, find_course, find_shares

_MONTH_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class DownloadsView:
    """The downloads of a project: numbers of the last 30 days and 12 months, and charts."""

    recent: int
    yearly: int
    days: TimeChart
    months: TimeChart
    shares: tuple[ShareChart, ...]

    @classmethod
    def of(cls, course: Course, shares: dict[str, Shares]) -> "DownloadsView":
        """Return how downloads went and divide, for a page."""
        scale = Scale(head=_("Downloads"))
        since = clock.today() - timedelta(days=_MONTH_DAYS)
        days, months = course.count_days(), course.count_months()
        return cls(
            recent=sum(count for day, count in days.items() if day > since),
            yearly=sum(months.values()),
            days=chart_days("downloads-days", _("Downloads by day"), days, scale),
            months=chart_months("downloads-months", _("Downloads by month"), months, scale),
            shares=tuple(
                chart_shares(f"downloads-{kind}", kind, shares[kind])
                for kind in (VERSION, PYTHON, CLIENT, SYSTEM)
            ),
        )


def downloads_of(index_slug: str, name: str) -> DownloadsView:
    """Return the downloads of a project, by the index that has it and its normalised name."""
    return DownloadsView.of(find_course([index_slug], name), find_shares([index_slug], name))
