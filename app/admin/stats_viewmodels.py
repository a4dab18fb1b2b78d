"""Frozen page objects of the statistics in the back office."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.admin.stats_queries import (
    Most,
    UnusedFile,
    UnusedPage,
    list_slugs,
    list_top_files,
    list_top_projects,
)
from app.core.i18n import _
from app.stats.charts import (
    Scale,
    ShareChart,
    TimeChart,
    chart_days,
    chart_shares,
    list_last_months,
    write_month,
)
from app.stats.models import CLIENT, PYTHON, SYSTEM
from app.stats.series import Course, Shares, find_course, find_shares
from app.web.filters import filesize

UNUSED_HEADS = ("index", "project", "file", "bytes", "uploaded")
_KINDS = (CLIENT, PYTHON, SYSTEM)


@dataclass(frozen=True, kw_only=True)
class OfficeFigures:
    """Downloads of all indexes, and the most downloaded projects and files of a month."""

    month: date
    course: Course
    shares: dict[str, Shares]
    projects: tuple[Most, ...]
    files: tuple[Most, ...]

    @classmethod
    def of(cls, month: date) -> "OfficeFigures":
        """Return the figures, with the lists of a month."""
        slugs = list_slugs()
        return cls(
            month=month,
            course=find_course(slugs),
            shares=find_shares(slugs),
            projects=tuple(list_top_projects(month)),
            files=tuple(list_top_files(month)),
        )


@dataclass(frozen=True, kw_only=True)
class OfficeStatsView:
    """The figures, charts of them, and the months that can be chosen."""

    figures: OfficeFigures
    month: str
    months: tuple[tuple[str, str], ...]
    sent: TimeChart
    days: TimeChart
    shares: tuple[ShareChart, ...]

    @classmethod
    def of(cls, figures: OfficeFigures) -> "OfficeStatsView":
        """Return the page of some figures."""
        sent = Scale(head=_("Sent"), write=filesize)
        downloads = Scale(head=_("Downloads"))
        months = reversed(list_last_months())
        course = figures.course
        return cls(
            figures=figures,
            month=f"{figures.month:%Y-%m}",
            months=tuple((f"{month:%Y-%m}", write_month(month)) for month in months),
            sent=chart_days("sent", _("Sent by day"), course.weigh_days(), sent),
            days=chart_days("days", _("Downloads by day"), course.count_days(), downloads),
            shares=tuple(chart_shares(kind, kind, figures.shares[kind]) for kind in _KINDS),
        )


def as_document(figures: OfficeFigures) -> dict[str, object]:
    """Return the figures as JSON tells them."""
    return {
        "days": {
            f"{total.day}": {"downloads": total.count, "bytes": total.bytes}
            for total in figures.course.days
        },
        "last_12_months_by": {
            kind: {part.value: part.count for part in figures.shares[kind].parts} for kind in _KINDS
        },
        "month": f"{figures.month:%Y-%m}",
        "projects": [_describe(most) for most in figures.projects],
        "files": [_describe(most) | {"file": most.filename} for most in figures.files],
    }


def as_rows(figures: OfficeFigures) -> Iterator[Sequence[object]]:
    """Yield the figures as rows of kind, index, value, downloads and bytes."""
    for total in figures.course.days:
        yield "day", "", f"{total.day}", total.count, total.bytes
    for kind in _KINDS:
        for part in figures.shares[kind].parts:
            yield kind, "", part.value, part.count, ""
    for most in figures.projects:
        yield "project", most.index_slug, most.project, most.count, most.bytes
    for most in figures.files:
        yield "file", most.index_slug, most.filename, most.count, most.bytes


def describe_unused(page: UnusedPage) -> dict[str, object]:
    """Return a page of unused files as JSON tells it; `after` asks for the next one."""
    files = [dict(zip(UNUSED_HEADS, unused_row(file), strict=True)) for file in page.files]
    return {"files": files, "after": page.after}


def unused_row(file: UnusedFile) -> tuple[object, ...]:
    """Return a file as a row of a table with UNUSED_HEADS."""
    return file.index_slug, file.project, file.filename, file.size, f"{file.uploaded_at:%Y-%m-%d}"


def _describe(most: Most) -> dict[str, object]:
    return {
        "index": most.index_slug,
        "project": most.project,
        "downloads": most.count,
        "bytes": most.bytes,
    }
