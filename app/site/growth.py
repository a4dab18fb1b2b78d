"""How the catalogue of an index grows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from app.core import clock
from app.core.runtime import part
from app.extensions import db
from app.indexes.queries import HOSTED, MIRROR
from app.projects.totals import Counts, find_totals
from app.search.models import Listing
from app.search.queries import count_known
from app.search.scopes import Scope
from app.stats.charts import list_last_months
from app.stats.sums import next_month

# Long sums over a million rows, which nobody needs to the minute.
_BELIEVED = timedelta(minutes=10)

Remembered = dict[tuple[int, ...], tuple[datetime, "Growth"]]


@dataclass(frozen=True)
class Growth:
    """How many of its own projects an index got in each month, and how many it knows of others."""

    new: dict[date, int]
    known: int


def find_counts(scope: Scope) -> Counts:
    """Return how much the indexes of a scope have of their own."""
    return find_totals(_hosted(scope))


def recall_growth(scope: Scope) -> Growth:
    """Return how an index grows, as it was known some minutes ago."""
    remembered: Remembered = part("growth")
    at, growth = remembered.get(scope.index_ids, (None, None))
    if at is None or growth is None or clock.now() - at > _BELIEVED:
        growth = find_growth(scope)
        remembered[scope.index_ids] = (clock.now(), growth)
    return growth


def find_growth(scope: Scope) -> Growth:
    """Return how an index grows."""
    mirrors = [index.id for index in scope.indexes if index.kind == MIRROR]
    known = sum(count_known(index_id) for index_id in mirrors)
    return Growth(_count_new(_hosted(scope)), known)


def _hosted(scope: Scope) -> list[int]:
    return [index.id for index in scope.indexes if index.kind == HOSTED]


def _count_new(index_ids: list[int]) -> dict[date, int]:
    counts = [
        select(func.count())
        .where(
            Listing.index_id.in_(index_ids),
            Listing.created_at >= _begin(month),
            Listing.created_at < _begin(next_month(month)),
        )
        .scalar_subquery()
        for month in list_last_months()
    ]
    return dict(zip(list_last_months(), db.session.execute(select(*counts)).one(), strict=True))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
