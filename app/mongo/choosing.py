"""Where pages read our own projects: what CATALOGUE says.

The driver takes memory that an installation without MongoDB shall not spend, so it is
imported by those alone who read from it.
"""

from app.core.runtime import setting
from app.indexes.models import Index
from app.projects.events import CopyChanged, PageChanged
from app.sources.base import Source
from app.sources.local import LocalSource


def hosted_source(index: Index) -> Source:
    """Return the source of a hosted index."""
    if not _is_served():
        return LocalSource(index)
    from app.mongo.source import MongoSource  # noqa: PLC0415

    return MongoSource(index)


def note_change(event: PageChanged) -> None:
    """Let the documents of one of our projects be brought in line after its change."""
    if _is_served() and not isinstance(event, CopyChanged):
        from app.mongo.publishing import promise_copy  # noqa: PLC0415

        promise_copy(event.index_slug, event.project)


def look_at_documents() -> str | None:
    """Return a code for what is wrong with them, or None where no page is read from them."""
    if not _is_served():
        return None
    from app.mongo.watching import look  # noqa: PLC0415

    return look()


def _is_served() -> bool:
    return bool(setting("CATALOGUE") == "mongodb")
