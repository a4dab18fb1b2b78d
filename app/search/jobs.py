"""What is done about searches when nobody waits."""

from app.core.jobs import daily, enqueue, job
from app.indexes.events import IndexRemoved
from app.search.rebuilding import rebuild, sweep
from app.search.services import SWEEP
from app.search.usage import refresh_popularity

# Migrations promise it by this name.
REBUILD = "search-rebuild"


@job(REBUILD)
def rebuild_all() -> None:
    """List everything anew, as after an upgrade to a version that knows more."""
    rebuild()


@job(SWEEP)
def sweep_words() -> None:
    """Forget the words of projects that are gone."""
    sweep()


@daily("search-popularity")
def bring_popularity_up_to_date() -> None:
    """Note what was downloaded in the last days."""
    refresh_popularity()


def leave_index(_event: IndexRemoved) -> None:
    """Forget the words of an index that goes, once it is gone."""
    enqueue(SWEEP)
