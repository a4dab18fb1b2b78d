"""Bringing pages up to date: one question for a project at a time, however many wait for it.

The threads of a process wait for one errand, and the errands of several processes
for a lock. Whoever waits has given the connection of the database back.
"""

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.database import LONG_PATIENCE_SECONDS, release_connection, transaction
from app.core.exceptions import Unavailable
from app.core.locks import Locks
from app.core.runtime import application, data_path, part
from app.mirror.asking import News, ask
from app.mirror.changes import Copy
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.stock import State, find_state
from app.mirror.tallies import tally
from app.mirror.upstream import PATIENCE_SECONDS, Upstream

# How long somebody waits who can be shown what is here meanwhile.
GLANCE_SECONDS = 1.5
# After a failure nobody asks again for so long.
RETRY_AFTER = timedelta(seconds=3)
# More at a time would be no faster, and each has a thread and a connection.
_MOST_ERRANDS = 100
_MOST_FAILURES = 10_000
# So many of them may have a connection of the database: others need them too.
_DESKS = 4

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Errand:
    """A question that is on its way, since `begun_at` and `started` by the two clocks."""

    copy: Copy
    upstream: Upstream
    # What was fetched until then does not do, however fresh it is.
    not_before: datetime
    begun_at: datetime
    started: float = field(default_factory=time.monotonic)
    outcome: "Future[bool]" = field(default_factory=Future)

    @property
    def key(self) -> tuple[int, str]:
        """Return what tells its project from all others."""
        return self.copy.index_id, self.copy.normalized_name

    def wait(self, seconds: float) -> bool:
        """Wait for the outcome from its start on; raises `UpstreamUnavailable`."""
        rest = seconds - (time.monotonic() - self.started)
        try:
            return self.outcome.result(max(0.0, rest))
        except TimeoutError as error:
            raise UpstreamUnavailable from error
        except Unavailable as error:
            # A new one, because many wait for the same outcome.
            raise UpstreamUnavailable(retry_after=error.retry_after) from error


class Renewals:
    """The errands of this process, and what failed a short time ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._errands: dict[tuple[int, str], Errand] = {}
        self._failures: OrderedDict[tuple[int, str], datetime] = OrderedDict()
        self._desks = threading.BoundedSemaphore(_DESKS)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is on its way."""
        return not self._errands

    def send(self, errand: Errand) -> Errand:
        """Send an errand, unless one is on its way that does as well; return that which counts."""
        with self._lock:
            found = self._errands.get(errand.key)
            if found is not None and found.begun_at >= errand.not_before:
                return found
            if len(self._errands) >= _MOST_ERRANDS:
                raise UpstreamUnavailable
            self._errands[errand.key] = errand
        # A daemon: a house that is closed does not wait for an upstream.
        threading.Thread(target=self._run, args=(application(), errand), daemon=True).start()
        return errand

    def has_failed_lately(self, key: tuple[int, str]) -> bool:
        """Tell whether it is too early to ask again."""
        failed_at = self._failures.get(key)
        return failed_at is not None and clock.now() - failed_at < RETRY_AFTER

    def is_in_doubt(self, key: tuple[int, str], state: State) -> bool:
        """Tell whether the upstream was asked since a project was due, and did not answer yet."""
        if state.is_fresh:
            return False
        failed_at = self._failures.get(key)
        return key in self._errands or (failed_at is not None and failed_at >= state.fetched_at)

    def forget_failure(self, key: tuple[int, str]) -> None:
        """Let a project be asked for again at once."""
        self._failures.pop(key, None)

    def _run(self, app: Flask, errand: Errand) -> None:
        try:
            with app.app_context():
                is_here = self._renew(errand)
        except Unavailable as error:
            self._end(errand, failed_at=clock.now())
            errand.outcome.set_exception(error)
        except Exception as error:
            # Whoever waits must hear of it, whatever it was.
            _log.exception("a page was not brought up to date")
            self._end(errand, failed_at=clock.now())
            errand.outcome.set_exception(Unavailable(str(error)))
        else:
            self._end(errand, failed_at=None)
            errand.outcome.set_result(is_here)

    def _end(self, errand: Errand, *, failed_at: datetime | None) -> None:
        with self._lock:
            if self._errands.get(errand.key) is errand:
                del self._errands[errand.key]
            self._failures.pop(errand.key, None)
            if failed_at is not None:
                self._failures[errand.key] = failed_at
                if len(self._failures) > _MOST_FAILURES:
                    self._failures.popitem(last=False)

    def _renew(self, errand: Errand) -> bool:
        copy = errand.copy
        key = f"{copy.index_id}/{copy.normalized_name}"
        locks = Locks(data_path("mirror.locks"))
        with locks.hold("page", key, patience=2 * PATIENCE_SECONDS):
            state = self._look(errand)
            if state is not None and _does(state, errand):
                return state.is_present
            news = self._ask(errand, state)
            with self._desks, transaction(patience=LONG_PATIENCE_SECONDS):
                copy.keep(news)
            return news.body_sha256 is not None

    def _look(self, errand: Errand) -> State | None:
        """Return what is known by now: another process may have asked meanwhile."""
        with self._desks:
            state = find_state(*errand.key)
            release_connection()
        return state

    def _ask(self, errand: Errand, state: State | None) -> News:
        was_resting = errand.upstream.is_resting
        try:
            return ask(errand.upstream, errand.copy.normalized_name, _news_of(state))
        except Unavailable:
            if not was_resting:
                self._count_failure(errand)
            raise

    def _count_failure(self, errand: Errand) -> None:
        try:
            with self._desks, transaction(patience=LONG_PATIENCE_SECONDS):
                tally(errand.copy.index_id, failures=1)
        except SQLAlchemyError:
            _log.warning("a failure was not counted", exc_info=True)


def freshen(copy: Copy, upstream: Upstream) -> bool:
    """Bring a project up to date, unless it is fresh; tell if it is here.

    What `Source.freshen` says.
    """
    state = find_state(copy.index_id, copy.normalized_name)
    if state is not None and state.is_fresh:
        return state.is_present
    is_here = state is not None and state.is_present
    release_connection()
    try:
        errand = _send(copy, upstream, not_before=_LONG_AGO)
        return errand.wait(GLANCE_SECONDS if is_here else PATIENCE_SECONDS)
    except UpstreamUnavailable:
        if is_here:
            return True
        raise


def refresh(copy: Copy, upstream: Upstream) -> bool:
    """Ask for a project however fresh it is; tell if it is here.

    Raises `UpstreamUnavailable`, also when there is something to show.
    """
    release_connection()
    the_renewals().forget_failure((copy.index_id, copy.normalized_name))
    return _send(copy, upstream, not_before=clock.now()).wait(PATIENCE_SECONDS)


def is_in_doubt(copy: Copy, state: State) -> bool:
    """Tell whether what is here of a project may be out of date, and nobody could find out."""
    return the_renewals().is_in_doubt((copy.index_id, copy.normalized_name), state)


def the_renewals() -> Renewals:
    """Return the errands of the running application."""
    found: Renewals = part("renewals")
    return found


def _send(copy: Copy, upstream: Upstream, *, not_before: datetime) -> Errand:
    errand = Errand(copy, upstream, not_before=not_before, begun_at=clock.now())
    if the_renewals().has_failed_lately(errand.key):
        raise UpstreamUnavailable
    return the_renewals().send(errand)


def _does(state: State, errand: Errand) -> bool:
    """Tell whether what is here is good enough for those who wait."""
    if state.fetched_at <= errand.not_before:
        return False
    return state.is_fresh or state.fetched_at >= errand.begun_at


def _news_of(state: State | None) -> News | None:
    """Return what is known in the form in which it came."""
    if state is None or not state.is_present:
        return None
    return News(
        asked_url=state.asked_url or "",
        body_sha256=state.body_sha256,
        etag=state.etag,
        last_modified=state.last_modified,
    )
