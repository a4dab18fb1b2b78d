"""How downloads went: by days, by months, and by what they are told apart by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, literal, select, union_all

from app.core import clock
from app.extensions import db
from app.stats.models import ALL, CLIENT, PYTHON, SYSTEM, TOTAL, VERSION, ProjectDay, ProjectMonth
from app.stats.queries import DAYS_KEPT
from app.stats.sums import month_of, months_back

MONTHS = 12
_MOST_PARTS = 8
KINDS = (VERSION, PYTHON, CLIENT, SYSTEM)


@dataclass(frozen=True)
class Total:
    """The downloads of a day, or of a month by its first day."""

    day: date
    count: int
    bytes: int


@dataclass(frozen=True)
class Course:
    """The days and months on which there were downloads, in order."""

    days: tuple[Total, ...]
    months: tuple[Total, ...]

    def count_days(self) -> dict[date, int]:
        """Return the downloads by day."""
        return {total.day: total.count for total in self.days}

    def count_months(self) -> dict[date, int]:
        """Return the downloads by the first day of the month."""
        return {total.day: total.count for total in self.months}

    def weigh_days(self) -> dict[date, int]:
        """Return the bytes by day."""
        return {total.day: total.bytes for total in self.days}


@dataclass(frozen=True)
class Part:
    """The downloads of one version, Python, client or system."""

    value: str
    count: int


@dataclass(frozen=True)
class Shares:
    """The largest parts of the downloads, and how many downloads there were in all."""

    parts: tuple[Part, ...]
    total: int


def first_month() -> date:
    """Return the first of the months that are shown; this one is the last."""
    return months_back(month_of(clock.today()), MONTHS - 1)


def list_totals(index_slug: str, project: str = ALL) -> list[Total]:
    """Return the downloads of all months in which there were any, the newest first."""
    wanted = (
        select(ProjectMonth.month, ProjectMonth.count, ProjectMonth.bytes)
        .where(
            ProjectMonth.index_slug == index_slug,
            ProjectMonth.project == project,
            ProjectMonth.kind == TOTAL,
        )
        .order_by(ProjectMonth.month.desc())
    )
    return [Total(*row) for row in db.session.execute(wanted)]


def sum_up(index_slugs: Sequence[str]) -> tuple[int, int]:
    """Return how many downloads and how many bytes there ever were from some indexes."""
    sums = (func.sum(ProjectMonth.count), func.sum(ProjectMonth.bytes))
    wanted = select(*sums).where(
        ProjectMonth.index_slug.in_(index_slugs),
        ProjectMonth.project == ALL,
        ProjectMonth.kind == TOTAL,
    )
    count, weight = db.session.execute(wanted).one()
    return int(count or 0), int(weight or 0)


def find_course(index_slugs: Sequence[str], project: str = ALL) -> Course:
    """Return how downloads from some indexes went, of one project or of all.

    The days are the last DAYS_KEPT, the months the last MONTHS.
    """
    days = _sums(ProjectDay, "day", index_slugs, project).where(
        ProjectDay.day > clock.today() - timedelta(days=DAYS_KEPT)
    )
    months = _sums(ProjectMonth, "month", index_slugs, project).where(
        ProjectMonth.month >= first_month(), ProjectMonth.kind == TOTAL
    )
    found: dict[str, list[Total]] = {"day": [], "month": []}
    for kind, moment, count, weight in db.session.execute(union_all(days, months)):
        found[kind].append(Total(moment, int(count), int(weight)))
    by_day = {kind: sorted(rows, key=lambda row: row.day) for kind, rows in found.items()}
    return Course(tuple(by_day["day"]), tuple(by_day["month"]))


def find_shares(index_slugs: Sequence[str], project: str = ALL) -> dict[str, Shares]:
    """Return by each of KINDS how the downloads of the last MONTHS divide."""
    count = func.sum(ProjectMonth.count)
    sums = (
        select(
            ProjectMonth.kind,
            ProjectMonth.value,
            count.label("number"),
            func.sum(count).over(partition_by=ProjectMonth.kind).label("total"),
            func.row_number()
            .over(partition_by=ProjectMonth.kind, order_by=(count.desc(), ProjectMonth.value))
            .label("place"),
        )
        .where(
            ProjectMonth.index_slug.in_(index_slugs),
            ProjectMonth.project == project,
            ProjectMonth.month >= first_month(),
            ProjectMonth.kind.in_(KINDS),
        )
        .group_by(ProjectMonth.kind, ProjectMonth.value)
        .subquery()
    )
    wanted = select(sums).where(sums.c.place <= _MOST_PARTS).order_by(sums.c.kind, sums.c.place)
    rows = db.session.execute(wanted).all()
    return {kind: _shares([row for row in rows if row.kind == kind]) for kind in KINDS}


def _shares(rows: Sequence[Row[Any]]) -> Shares:
    parts = tuple(Part(row.value, int(row.number)) for row in rows)
    return Shares(parts, int(rows[0].total) if rows else 0)


def _sums(
    sums: type[ProjectDay | ProjectMonth], moment: str, index_slugs: Sequence[str], project: str
) -> Select[*tuple[Any, ...]]:
    column = getattr(sums, moment)
    return (
        select(literal(moment), column, func.sum(sums.count), func.sum(sums.bytes))
        .where(sums.index_slug.in_(index_slugs), sums.project == project)
        .group_by(column)
    )
