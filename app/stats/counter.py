"""Downloads on their way into the database: counted in memory, written a little later."""

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from multiprocessing.util import Finalize
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.core.runtime import part
from app.stats.agents import UNKNOWN, Agent

LIMIT = 20_000

_log = logging.getLogger(__name__)


class Download(NamedTuple):
    """One file that was downloaded on a day, by what its URL tells, and by whom.

    A tuple, because making and looking up a data class takes longer than all the rest.
    """

    day: date
    index_slug: str
    sha256: str
    filename: str
    agent: Agent = UNKNOWN


Write = Callable[[Mapping[Download, int]], None]


class DownloadCounter:
    """Counts of this process; threads may note and write at any time.

    What was noted is written `delay` seconds later, by a thread that lives only
    for that; with no delay only `write` does it. A failed write is tried again
    with the next one, and no download ever fails because of it. At most LIMIT
    different ones wait: more are not counted.
    """

    def __init__(self, write: Write, *, delay: float) -> None:
        self._write = write
        self._delay = delay
        self._counts: Counter[Download] = Counter()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def note(self, download: Download) -> None:
        """Count a download."""
        with self._lock:
            self._add(download, 1)
            self._wind()

    @property
    def waiting(self) -> int:
        """Return how many different downloads wait to be written."""
        return len(self._counts)

    def write(self) -> None:
        """Write all that waits; returns when no other thread is writing either."""
        with self._writing:
            with self._lock:
                waiting, self._counts = self._counts, Counter()
                self._timer = None
            if waiting:
                self._try(waiting)

    def write_at_exit(self) -> None:
        """Write what waits when the process ends in good order."""
        atexit.register(self.write)
        # A worker that was forked by its server ends without atexit.
        Finalize(None, self.write, exitpriority=10)

    def _try(self, waiting: Counter[Download]) -> None:
        try:
            self._write(waiting)
        except SQLAlchemyError as error:
            _log.warning("downloads wait to be written: %s", error)
            with self._lock:
                for download, count in waiting.items():
                    self._add(download, count)
                self._wind()

    def _add(self, download: Download, count: int) -> None:
        before = self._counts.get(download)
        if before is not None or len(self._counts) < LIMIT:
            self._counts[download] = (before or 0) + count

    def _wind(self) -> None:
        if self._timer is None and self._delay:
            self._timer = threading.Timer(self._delay, self.write)
            self._timer.daemon = True
            self._timer.start()


def download_counter() -> DownloadCounter:
    """Return the counter of the running application."""
    counter: DownloadCounter = part("downloads")
    return counter
