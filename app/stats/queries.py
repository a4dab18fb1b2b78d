"""Reading downloads."""

from datetime import timedelta

from sqlalchemy import func, select

from app.core import clock
from app.extensions import db
from app.stats.models import DownloadDay


def count_downloads(index_slug: str, project: str, *, days: int = 30) -> int:
    """Return the downloads of a project, by its normalised name, in the last days.

    Today is one of them.
    """
    wanted = select(func.sum(DownloadDay.count)).where(
        DownloadDay.index_slug == index_slug,
        DownloadDay.project == project,
        DownloadDay.day > clock.today() - timedelta(days=days),
    )
    # PostgreSQL sums big integers to a decimal.
    return int(db.session.scalar(wanted) or 0)
