"""Pages made once for everybody who is nobody, as long as nothing changes."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import func, select

from app.core import clock
from app.core.runtime import part
from app.extensions import db
from app.indexes.models import SerialCounter
from app.journal.models import Entry

PART = "page_cache"
# Pages say how long ago something was, and what has no event may change as well.
_LIFETIME = timedelta(minutes=1)
# Of events whose transactions end in another order than they began.
_OVERLAPPING = 16


@dataclass(frozen=True)
class _Page:
    content: bytes
    made_at: datetime


class PageCache:
    """The pages that were asked for last, at most so many."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._pages: OrderedDict[Hashable, _Page] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> bytes | None:
        """Return a page that is not too old, or None."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or not clock.now() - _LIFETIME < page.made_at <= clock.now():
                return None
            self._pages.move_to_end(key)
            return page.content

    def keep(self, key: Hashable, content: bytes) -> None:
        """Keep a page in place of the one that was asked for least lately."""
        with self._lock:
            self._pages[key] = _Page(content, clock.now())
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)

    def clear(self) -> None:
        """Forget all pages."""
        with self._lock:
            self._pages.clear()


def the_cache() -> PageCache:
    """Return the cache of this application."""
    cache: PageCache = part(PART)
    return cache


def read_state() -> tuple[int, ...]:
    """Return numbers that are others after any change of what pages show, in any process.

    Every change of an index takes a number, and whatever else people do is an event
    in the journal. Its rows may appear in another order than that of their numbers, so
    the last ones are added up.
    """
    last = select(Entry.id).order_by(Entry.id.desc()).limit(_OVERLAPPING).subquery()
    state = select(
        select(SerialCounter.value).scalar_subquery(),
        select(func.max(last.c.id)).scalar_subquery(),
        select(func.sum(last.c.id)).scalar_subquery(),
    )
    return tuple(int(value or 0) for value in db.session.execute(state).one())
