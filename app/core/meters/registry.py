"""Counting in memory, and writing down what was counted.

Nothing here may slow down what is counted. A number in a list costs 20 ns, which the
hot path can afford; everything else is counted under a lock, once a request. A thread
writes all of it down a little later, so whoever is killed loses a moment of counting.
"""

import atexit
import logging
import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from weakref import ref

from app.core.meters.kinds import Kind
from app.core.meters.sheets import Series, Sheet, Sheets

# Far more than all routes with all their answers.
MOST_SERIES = 5_000

_log = logging.getLogger(__name__)


class Meters:
    """The figures of this process; threads may count at any time.

    What is counted before `begin` stays in memory. After a fork the child begins at
    nothing, and with a sheet of its own.
    """

    def __init__(self, folder: Path, *, pause: float) -> None:
        self._sheets = Sheets(folder)
        self._pause = pause
        self._samples: dict[str, Callable[[], float]] = {}
        self._tallies: dict[tuple[Series, ...], list[int]] = {}
        self.start_anew()
        _begin_anew_after_fork(self)

    def start_anew(self) -> None:
        """Forget all counts, as a process must that was forked from another one."""
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._values: dict[Series, list[float]] = {}
        self._thread: threading.Thread | None = None
        self._written: Sheet | None = None
        self._sheets.forget()
        for counts in self._tallies.values():
            counts[:] = [0] * len(counts)

    def tally(self, kind: Kind, rows: Sequence[tuple[str, ...]]) -> list[int]:
        """Return a list of numbers, one for the labels in each row, to be raised in place.

        `counts[0] += 1` needs no lock: between its parts no other thread gets its turn.
        """
        return self._tallies.setdefault(tuple((kind.name, *row) for row in rows), [0] * len(rows))

    def count(self, kind: Kind, *labels: str, amount: float = 1) -> None:
        """Add to a counter."""
        with self._lock:
            values = self._find((kind.name, *labels), 1)
            values[0] += amount

    def observe(self, kind: Kind, *labels: str, value: float) -> None:
        """Add a value to a histogram: one in its bucket, and the value to the sum."""
        with self._lock:
            values = self._find((kind.name, *labels), len(kind.buckets) + 2)
            values[bisect_left(kind.buckets, value)] += 1
            values[-1] += value

    def sample(self, name: str, read: Callable[[], float]) -> None:
        """Have a number looked up whenever the others are written down."""
        self._samples[name] = read

    def begin(self) -> None:
        """Write down from now on, in this process."""
        if self._thread is not None or not self._pause:
            return
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._keep_writing, name="meters", daemon=True)
        self._thread.start()
        atexit.register(self.write)
        # A worker that was forked by its server ends without atexit.
        Finalize(None, self.write, exitpriority=5)

    def write(self) -> None:
        """Write down what has changed; a full disk costs figures and nothing else."""
        with self._writing:
            sheet = self.read()
            if sheet == self._written:
                return
            try:
                self._sheets.keep(sheet)
            except OSError as error:
                _log.warning("figures are not written down: %s", error)
            else:
                self._written = sheet

    def read(self) -> Sheet:
        """Return the figures of this process."""
        with self._lock:
            counts = {series: list(values) for series, values in self._values.items()}
        for rows, numbers in self._tallies.items():
            counts |= {row: [float(number)] for row, number in zip(rows, numbers, strict=True)}
        samples = {name: read() for name, read in self._samples.items()}
        return Sheet(counts=counts, samples=samples)

    def sum_up(self) -> list[Sheet]:
        """Return the figures of all processes that live, and of all that have ended, as the first.

        Those of this process are the newest, those of others a moment old.
        """
        if not self._pause:
            return [Sheet(), self.read()]
        self.begin()
        self.write()
        try:
            return self._sheets.read_all()
        except OSError as error:
            _log.warning("figures cannot be read: %s", error)
            return [Sheet(), self.read()]

    def _find(self, series: Series, size: int) -> list[float]:
        values = self._values.get(series)
        if values is None:
            values = [0.0] * size
            if len(self._values) < MOST_SERIES:
                self._values[series] = values
        return values

    def _keep_writing(self) -> None:
        mine, pause = threading.current_thread(), threading.Event()
        while not pause.wait(self._pause) and self._thread is mine:
            self.write()


def _begin_anew_after_fork(owner: Meters) -> None:
    known = ref(owner)

    def start_anew() -> None:
        found = known()
        if found is not None:
            found.start_anew()

    os.register_at_fork(after_in_child=start_anew)
