"""Making all sums anew from the facts, a month at a time."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Date, Subquery, delete, func, insert, literal, select, union, union_all

from app.core.database import LONG_PATIENCE_SECONDS, transaction
from app.extensions import db
from app.stats.models import ALL, DownloadDay, DownloadMonth, ProjectDay, ProjectMonth
from app.stats.services import take_turn
from app.stats.sums import PARTS, PARTS_OF_ALL, month_of, next_month

_FACTS = ("index_slug", "filename", "project", "version", "client", "python", "system")
_DAY_COLUMNS = ("index_slug", "project", "day", "count", "bytes")
_MONTH_COLUMNS = ("index_slug", "project", "month", "kind", "value", "count", "bytes")


def list_months() -> list[date]:
    """Return the first days of all months that anything was counted in, or summed up for."""
    moments = union(
        select(DownloadDay.day).distinct(),
        select(DownloadMonth.month).distinct(),
        select(ProjectDay.day).distinct(),
        select(ProjectMonth.month).distinct(),
    )
    return sorted({month_of(moment) for moment in db.session.scalars(moments)})


def rebuild_month(month: date) -> None:
    """Make the sums of a month and of its days anew; readers see the old or the new ones."""
    with transaction(patience=LONG_PATIENCE_SECONDS):
        take_turn()
        _rebuild_days(month)
        db.session.execute(delete(ProjectMonth).where(ProjectMonth.month == month))
        facts = _facts_of(month)
        for wanted in _list_sums(month, facts):
            db.session.execute(insert(ProjectMonth).from_select(_MONTH_COLUMNS, wanted))


def _rebuild_days(month: date) -> None:
    days = (ProjectDay.day >= month) & (ProjectDay.day < next_month(month))
    db.session.execute(delete(ProjectDay).where(days))
    facts = (DownloadDay.day >= month) & (DownloadDay.day < next_month(month))
    sums = (func.sum(DownloadDay.count), func.sum(DownloadDay.bytes))
    slug, project, day = DownloadDay.index_slug, DownloadDay.project, DownloadDay.day
    each = select(slug, project, day, *sums).where(facts).group_by(slug, project, day)
    every = select(slug, literal(ALL), day, *sums).where(facts).group_by(slug, day)
    for wanted in (each, every):
        db.session.execute(insert(ProjectDay).from_select(_DAY_COLUMNS, wanted))


def _facts_of(month: date) -> Subquery:
    days = select(*(getattr(DownloadDay, name) for name in (*_FACTS, "count", "bytes"))).where(
        DownloadDay.day >= month, DownloadDay.day < next_month(month)
    )
    rest = select(*(getattr(DownloadMonth, name) for name in (*_FACTS, "count", "bytes"))).where(
        DownloadMonth.month == month
    )
    return union_all(days, rest).subquery("facts")


def _list_sums(month: date, facts: Subquery) -> Iterator[Any]:
    """Yield the queries that together give all sums of a month."""
    fact, sums = facts.c, (func.sum(facts.c.count), func.sum(facts.c.bytes))
    for kind, column in PARTS.items():
        by = [fact[column]] if column else []
        told = (literal(month, Date), literal(kind), *(by or [literal("")]), *sums)
        each = select(fact.index_slug, fact.project, *told)
        yield each.group_by(fact.index_slug, fact.project, *by)
        if kind in PARTS_OF_ALL:
            yield select(fact.index_slug, literal(ALL), *told).group_by(fact.index_slug, *by)
