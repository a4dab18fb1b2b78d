"""Frozen page objects of the statistics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.i18n import _
from app.indexes.models import Index
from app.projects.totals import Counts
from app.search.browsing import CREATED, list_projects
from app.search.scopes import Scope
from app.search.turning import Place
from app.site.growth import Growth, find_counts, recall_growth
from app.site.popular import Placed, list_top
from app.sources.page import ProjectLine
from app.stats.charts import (
    Scale,
    ShareChart,
    TimeChart,
    chart_days,
    chart_months,
    chart_shares,
)
from app.stats.models import CLIENT, PYTHON, SYSTEM
from app.stats.series import Course, Shares, find_course, find_shares, sum_up

_TOP = 10
KINDS = (CLIENT, PYTHON, SYSTEM)


@dataclass(frozen=True, kw_only=True)
class IndexFigures:
    """All that is told of an index in numbers; `downloads` and `sent` are those of all times."""

    slug: str
    counts: Counts
    growth: Growth
    downloads: int
    sent: int
    course: Course
    shares: dict[str, Shares]
    popular: tuple[Placed, ...]
    newest: tuple[ProjectLine, ...]

    @classmethod
    def of(cls, index: Index) -> "IndexFigures":
        """Return the figures of an index with its bases."""
        scope = Scope.of(index)
        slugs = [each.slug for each in scope.indexes]
        downloads, sent = sum_up(slugs)
        return cls(
            slug=index.slug,
            counts=find_counts(scope),
            growth=recall_growth(scope),
            downloads=downloads,
            sent=sent,
            course=find_course(slugs),
            shares=find_shares(slugs),
            popular=list_top(index, _TOP),
            newest=list_projects(scope, CREATED, Place(), size=_TOP).lines,
        )


@dataclass(frozen=True, kw_only=True)
class StatsView:
    """The figures of an index, and charts of them."""

    figures: IndexFigures
    days: TimeChart
    months: TimeChart
    projects: TimeChart
    shares: tuple[ShareChart, ...]

    @classmethod
    def of(cls, figures: IndexFigures) -> "StatsView":
        """Return the page of some figures."""
        course, downloads = figures.course, Scale(head=_("Downloads"))
        projects = Scale(head=_("Projects"))
        return cls(
            figures=figures,
            days=chart_days("days", _("Downloads by day"), course.count_days(), downloads),
            months=chart_months(
                "months", _("Downloads by month"), course.count_months(), downloads
            ),
            projects=chart_months("projects", _("New projects"), figures.growth.new, projects),
            shares=tuple(chart_shares(kind, kind, figures.shares[kind]) for kind in KINDS),
        )


def as_document(figures: IndexFigures) -> dict[str, object]:
    """Return the figures of an index as JSON tells them."""
    return {
        "index": figures.slug,
        "totals": dict(_list_totals(figures)),
        "new_projects": {f"{month:%Y-%m}": count for month, count in figures.growth.new.items()},
        "days": {f"{total.day}": total.count for total in figures.course.days},
        "months": {f"{total.day:%Y-%m}": total.count for total in figures.course.months},
        "last_12_months_by": {
            kind: {part.value: part.count for part in figures.shares[kind].parts} for kind in KINDS
        },
        "popular": [placed.line.name for placed in figures.popular],
        "newest": [line.name for line in figures.newest],
    }


def as_rows(figures: IndexFigures) -> Iterator[Sequence[object]]:
    """Yield the figures of an index as rows of kind, value and number."""
    for name, number in _list_totals(figures):
        yield "total", name, number
    for month, count in figures.growth.new.items():
        yield "new projects in month", f"{month:%Y-%m}", count
    for total in figures.course.days:
        yield "downloads on day", f"{total.day}", total.count
    for total in figures.course.months:
        yield "downloads in month", f"{total.day:%Y-%m}", total.count
    for kind in KINDS:
        for part in figures.shares[kind].parts:
            yield f"downloads by {kind}", part.value, part.count
    for placed in figures.popular:
        yield "place of popular project", placed.line.name, placed.place


def _list_totals(figures: IndexFigures) -> list[tuple[str, int]]:
    return [
        ("projects", figures.counts.projects),
        ("releases", figures.counts.releases),
        ("files", figures.counts.files),
        ("projects_of_upstreams", figures.growth.known),
        ("downloads", figures.downloads),
        ("bytes_sent", figures.sent),
    ]
