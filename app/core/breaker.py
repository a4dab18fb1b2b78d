"""Asks a place that fails again and again less often."""

import threading
import time
from collections.abc import Callable

from app.core.exceptions import Unavailable

FAILURES = 3
SHORTEST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
# Whoever was let through to try must have come back by then, or another one may.
_TRIAL_SECONDS = 10.0


class Breaker:
    """Opens after FAILURES in a row, for longer each time that a single trial fails too.

    Whoever wants to ask while it is open gets the `refusal`.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        refusal: type[Unavailable] = Unavailable,
    ) -> None:
        self._clock = clock
        self._refusal = refusal
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = 0.0
        self._until = 0.0
        self._is_tried = False

    @property
    def is_open(self) -> bool:
        """Tell whether nobody would be let through at this moment."""
        return self._is_broken and self._clock() < self._until

    def enter(self) -> None:
        """Let somebody through to ask; raises the refusal if it is open."""
        with self._lock:
            if not self._is_broken:
                return
            rest = self._until - self._clock()
            if rest > 0:
                raise self._refusal(retry_after=max(2, min(5, round(rest))))
            self._is_tried = True
            self._until = self._clock() + _TRIAL_SECONDS

    def succeed(self) -> None:
        """Note an answer, which closes the breaker."""
        with self._lock:
            self._failures, self._pause, self._is_tried = 0, 0.0, False

    def fail(self) -> bool:
        """Note a failure; tell whether the breaker is open now."""
        with self._lock:
            was_broken = self._is_broken
            self._failures += 1
            # Those who had entered before it opened do not make the pause longer.
            if self._is_broken and (self._is_tried or not was_broken):
                self._pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, self._pause * 2))
                self._until = self._clock() + self._pause
                self._is_tried = False
            return self._is_broken

    @property
    def _is_broken(self) -> bool:
        return self._failures >= FAILURES
