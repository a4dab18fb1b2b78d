"""Making all sums anew from the facts, a month at a time, while downloads go on.

Whoever counts a download adds it to facts and sums in one transaction. So what the
sums lack at one moment is what they lack at any other, and can be added to them in
small steps: nobody waits until all facts of a month are summed up.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    delete,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from app.core import clock
from app.core.database import LONG_PATIENCE_SECONDS, end_reading, transaction
from app.extensions import db
from app.stats.models import ALL, DownloadDay, DownloadMonth, ProjectDay, ProjectMonth
from app.stats.queries import DAYS_KEPT
from app.stats.services import add_to, take_turn
from app.stats.sums import PARTS, PARTS_OF_ALL, Row, month_of, next_month

BATCH = 2_000

_FACTS = ("index_slug", "filename", "project", "version", "client", "python", "system")
_COUNTS = ("count", "bytes")
Sums = type[ProjectDay] | type[ProjectMonth]
Query = Select[*tuple[Any, ...]]


def list_months() -> list[date]:
    """Return the first days of all months that anything was counted in, or summed up for."""
    moments = union(
        select(DownloadDay.day).distinct(),
        select(DownloadMonth.month).distinct(),
        select(ProjectDay.day).distinct(),
        select(ProjectMonth.month).distinct(),
    )
    return sorted({month_of(moment) for moment in db.session.scalars(moments)})


def count_wrong(month: date) -> int:
    """Return how many sums of a month and of its days are wrong."""
    lacks = (*_list_day_sums(month), *_list_month_sums(month))
    counts = (select(func.count()).select_from(each.subquery()) for each in lacks)
    return sum(db.session.scalar(count) or 0 for count in counts)


def rebuild_month(month: date) -> int:
    """Set right the sums of a month and of its days, and return how many were wrong."""
    days = sum(_set_right(ProjectDay, wanted) for wanted in _list_day_sums(month))
    months = sum(_set_right(ProjectMonth, wanted) for wanted in _list_month_sums(month))
    with transaction(patience=LONG_PATIENCE_SECONDS):
        take_turn()
        db.session.execute(delete(ProjectDay).where(*_is_nothing(ProjectDay), *_days_of(month)))
        here = ProjectMonth.month == month
        db.session.execute(delete(ProjectMonth).where(*_is_nothing(ProjectMonth), here))
    return days + months


def _set_right(sums: Sums, lacks: Query) -> int:
    """Add to sums what they lack, as long as they lack anything."""
    rows: list[Row] = [dict(row) for row in db.session.execute(lacks).mappings()]
    end_reading()
    for start in range(0, len(rows), BATCH):
        with transaction(patience=LONG_PATIENCE_SECONDS):
            take_turn()
            db.session.execute(add_to(sums), rows[start : start + BATCH])
    return len(rows)


def _list_day_sums(month: date) -> Iterator[Query]:
    """Yield the queries for what the sums of the days of a month lack."""
    slug, project, day = DownloadDay.index_slug, DownloadDay.project, DownloadDay.day
    facts = (day >= _first_of(month), day < next_month(month))
    for told, by, is_part in (
        (project, (slug, project, day), ProjectDay.project != ALL),
        (literal(ALL), (slug, day), ProjectDay.project == ALL),
    ):
        sums = select(slug, told.label("project"), day, *_sum_of(DownloadDay))
        yield _subtract(sums.where(*facts).group_by(*by), ProjectDay, *_days_of(month), is_part)


def _list_month_sums(month: date) -> Iterator[Query]:
    """Yield the queries for what the sums of a month and its parts lack."""
    fact = _facts_of(month)
    here = (ProjectMonth.month == month,)
    for kind, column in PARTS.items():
        by = [fact[column]] if column else []
        value = fact[column] if column else literal("")
        told = (literal(month, Date).label("month"), literal(kind).label("kind"))
        sums = (value.label("value"), *_sum_of(fact))
        each = select(fact.index_slug, fact.project, *told, *sums)
        own = (*here, ProjectMonth.kind == kind)
        each = each.group_by(fact.index_slug, fact.project, *by)
        yield _subtract(each, ProjectMonth, *own, ProjectMonth.project != ALL)
        every = select(fact.index_slug, literal(ALL).label("project"), *told, *sums)
        every = every.group_by(fact.index_slug, *by)
        if kind not in PARTS_OF_ALL:
            # Nothing of the kind is expected to be there.
            every = every.where(literal(1) == 0)
        yield _subtract(every, ProjectMonth, *own, ProjectMonth.project == ALL)


def _subtract(expected: Query, sums: Sums, *which: ColumnElement[bool]) -> Query:
    """Return what is expected without what is there, where that is not nothing."""
    keys = [column.name for column in sums.__table__.primary_key]
    there = select(
        *(getattr(sums, key) for key in keys),
        *((-getattr(sums, each)).label(each) for each in _COUNTS),
    ).where(*which)
    told = expected.subquery()
    both = union_all(select(*(told.c[name] for name in (*keys, *_COUNTS))), there).subquery()
    rest = [func.sum(both.c[each]) for each in _COUNTS]
    wanted = select(
        *(both.c[key] for key in keys),
        *(each.label(name) for each, name in zip(rest, _COUNTS, strict=True)),
    )
    lacks = wanted.group_by(*(both.c[key] for key in keys)).having(
        or_(*(each != 0 for each in rest))
    )
    return lacks.order_by(*(both.c[key] for key in keys))


def _facts_of(month: date) -> Any:
    days = select(*(getattr(DownloadDay, name) for name in (*_FACTS, *_COUNTS))).where(
        DownloadDay.day >= month, DownloadDay.day < next_month(month)
    )
    rest = select(*(getattr(DownloadMonth, name) for name in (*_FACTS, *_COUNTS))).where(
        DownloadMonth.month == month
    )
    return union_all(days, rest).subquery("facts").c


def _sum_of(facts: Any) -> Sequence[Any]:
    return [func.sum(getattr(facts, each)).label(each) for each in _COUNTS]


def _days_of(month: date) -> tuple[ColumnElement[bool], ...]:
    return (ProjectDay.day >= _first_of(month), ProjectDay.day < next_month(month))


def _first_of(month: date) -> date:
    # Days before are no more told apart, or will soon be.
    return max(month, clock.today() - timedelta(days=DAYS_KEPT - 1))


def _is_nothing(sums: Sums) -> tuple[ColumnElement[bool], ...]:
    return (sums.count == 0, sums.bytes == 0)
