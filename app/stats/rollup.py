"""Days that are long over become part of their months, where the day is no more told."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, delete, func, literal, select, tuple_

from app.core import clock
from app.core.database import LONG_PATIENCE_SECONDS, transaction
from app.extensions import db
from app.stats.models import DownloadDay, DownloadMonth, ProjectDay
from app.stats.queries import DAYS_KEPT
from app.stats.services import add_to, take_turn
from app.stats.sums import month_of, next_month

# Others count downloads in between, and wait for no more than this.
BATCH = 5_000

_FILE = (DownloadDay.index_slug, DownloadDay.filename)
_CALLER = (DownloadDay.client, DownloadDay.python, DownloadDay.system)
_ORDER = (DownloadDay.day, *_FILE, *_CALLER)
_TARGET = (
    *("month", "index_slug", "filename", "client", "python", "system"),
    *("project", "version", "count", "bytes"),
)


def roll_up() -> int:
    """Move the facts of all days that are long over to their months; return how many.

    Whoever is stopped has moved a fact or not begun, and whoever comes next goes on.
    """
    last, moved = clock.today() - timedelta(days=DAYS_KEPT), 0
    while batch := _move_batch(last):
        moved += batch
    with transaction(patience=LONG_PATIENCE_SECONDS):
        take_turn()
        db.session.execute(delete(ProjectDay).where(ProjectDay.day <= last))
    return moved


def _move_batch(last: date) -> int:
    with transaction(patience=LONG_PATIENCE_SECONDS):
        take_turn()
        first = db.session.scalar(select(func.min(DownloadDay.day)).where(DownloadDay.day <= last))
        if first is None:
            return 0
        month = month_of(first)
        which = _choose(min(last, next_month(month) - timedelta(days=1)))
        db.session.execute(add_to(DownloadMonth, (_TARGET, _sum(month, which))))
        gone = delete(DownloadDay).where(*which).returning(DownloadDay.day)
        plain = {"synchronize_session": False}
        return len(db.session.scalars(gone, execution_options=plain).all())


def _choose(last: date) -> list[ColumnElement[bool]]:
    """Return the conditions for the first BATCH facts up to a day."""
    until = DownloadDay.day <= last
    wanted = select(*_ORDER).where(until).order_by(*_ORDER).offset(BATCH).limit(1)
    bound = db.session.execute(wanted).one_or_none()
    return [until] if bound is None else [until, tuple_(*_ORDER) < tuple_(*bound)]


def _sum(month: date, which: list[ColumnElement[bool]]) -> Any:
    sums = (func.sum(DownloadDay.count), func.sum(DownloadDay.bytes))
    names = (func.max(DownloadDay.project), func.max(DownloadDay.version))
    return (
        select(literal(month, Date), *_FILE, *_CALLER, *names, *sums)
        .where(*which)
        .group_by(*_FILE, *_CALLER)
    )
