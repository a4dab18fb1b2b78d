"""Files on their way from upstreams: one fetch for each, however many threads and processes ask.

A thread of its own brings a file, so it comes even when everybody who asked has
left. In each process that asks there is one such thread for a file: the one that
holds the file's note fetches, the others follow what it notes.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.exceptions import DomainError, Unavailable
from app.core.runtime import application, data_path, part
from app.core.storage.exceptions import StorageUnavailable
from app.mirror.copies import Failed, Landed, Outcome, Wanted
from app.mirror.exceptions import MirrorBusy
from app.mirror.notes import Note, is_held

# Each has a thread and two files; upstreams that hang must not make them without number.
MOST = 300
# Who found no room does not ask the upstream again at once.
FULL_SECONDS = 5.0
_POLL_SECONDS = 0.015
# The folder of the notes, in DATA_DIR.
_NOTES = "mirror"

# Fetches, telling the flight how it goes, and returns what is here then.
Work = Callable[[Wanted, "Flight"], Landed]

_log = logging.getLogger(__name__)


class Flight:
    """A file on its way, as the threads of this process see it.

    `path` is where its bytes gather, and another one when `attempt` is: then who
    fetched it died, and it came again from the beginning. `arrived` of them are there.
    `size` is how many it will be, or None.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.path: Path | None = None
        self.size = wanted.size
        self.attempt = 0
        self.arrived = 0
        self.outcome: Outcome | None = None
        self._changed = threading.Condition()
        self._note: Note | None = None

    def take_off(self, path: Path, size: int | None) -> None:
        """Tell where the bytes gather from now on."""
        if self._note is not None:
            self._note.write(path=str(path), size=size)
        with self._changed:
            self.path, self.size, self.arrived = path, size, 0
            self.attempt += 1
            self._changed.notify_all()

    def advance(self, arrived: int) -> None:
        """Tell how many bytes are there."""
        with self._changed:
            self.arrived = arrived
            self._changed.notify_all()

    def end(self, outcome: Outcome) -> None:
        """Tell how it ended."""
        with self._changed:
            self.outcome = outcome
            self._changed.notify_all()

    def wait_until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Wait for a change after which something is so; tell whether it is."""
        with self._changed:
            return self._changed.wait_for(is_so, seconds)

    def run(self, note_path: Path, work: Work) -> Outcome:
        """Bring the file, or follow whoever brings it."""
        outcome = None
        while outcome is None:
            note = Note.open(note_path)
            try:
                outcome = self._fetch(note, work) if note.is_mine else self._follow(note)
            finally:
                note.close()
        return outcome

    def _fetch(self, note: Note, work: Work) -> Outcome:
        self._note = note
        outcome = _try(work, self.wanted, self)
        # Without it the others find out by themselves.
        with suppress(OSError):
            note.write(**vars(outcome))
        return outcome

    def _follow(self, note: Note) -> Outcome | None:
        """Follow another process; None says that it died."""
        is_over = False
        while True:
            for line in note.read_on():
                if "path" in line:
                    self.take_off(Path(line["path"]), line["size"])
                else:
                    return _outcome(line)
            if is_over:
                return None
            self._look()
            time.sleep(_POLL_SECONDS)
            # Once more around: its last line may have come just before it went.
            is_over = note.hold()

    def _look(self) -> None:
        if self.path is None:
            return
        try:
            arrived = self.path.stat().st_size
        except FileNotFoundError:
            return
        if arrived != self.arrived:
            self.advance(arrived)


class Flights:
    """All files on their way in this process."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()
        self._full_until = 0.0

    def find(self, wanted: Wanted) -> Flight | None:
        """Return the flight of a file that is on its way, or None."""
        return self._flights.get(wanted.key)

    def join(self, wanted: Wanted, work: Work) -> Flight:
        """Return the flight of a file, begun now if it is not on its way.

        Raises `Unavailable` when there are too many, or was no room a moment ago.
        """
        with self._lock:
            flight = self._flights.get(wanted.key)
            if flight is None:
                self._demand_room()
                flight = self._flights[wanted.key] = Flight(wanted)
                self._begin(flight, work)
        return flight

    def _demand_room(self) -> None:
        if time.monotonic() < self._full_until:
            raise StorageUnavailable
        if len(self._flights) >= MOST:
            raise MirrorBusy

    def _begin(self, flight: Flight, work: Work) -> None:
        arguments = (application(), flight, work)
        # A daemon: a house that is closed does not wait for an upstream.
        threading.Thread(
            target=self._bring, args=arguments, name=f"flight-{flight.wanted.key}", daemon=True
        ).start()

    def _bring(self, app: Flask, flight: Flight, work: Work) -> None:
        outcome: Outcome = Failed(Unavailable.code)
        try:
            with app.app_context():
                outcome = flight.run(data_path(_NOTES, flight.wanted.key), work)
        except OSError:
            _log.exception("the note of a file could not be kept")
            outcome = Failed(StorageUnavailable.code)
        finally:
            self._end(flight, outcome)

    def _end(self, flight: Flight, outcome: Outcome) -> None:
        with self._lock:
            del self._flights[flight.wanted.key]
            if isinstance(outcome, Failed) and outcome.code == StorageUnavailable.code:
                self._full_until = time.monotonic() + FULL_SECONDS
        flight.end(outcome)


def the_flights() -> Flights:
    """Return the flights of the running application."""
    found: Flights = part("flights")
    return found


def count_arriving() -> int:
    """Return how many files are on their way to this machine, in all processes."""
    return sum(map(is_held, data_path(_NOTES).glob("*")))


def forget_notes() -> None:
    """Remove the notes that nobody holds."""
    for path in data_path(_NOTES).glob("*"):
        # Whoever holds it keeps it; what is held here goes with closing it.
        Note.open(path).close()


def _try(work: Work, wanted: Wanted, flight: Flight) -> Outcome:
    try:
        return work(wanted, flight)
    except DomainError as error:
        _log.warning(
            "a file did not come: %s",
            error.code,
            extra={"index": wanted.slug, "file": wanted.filename},
        )
        return Failed(error.code, getattr(error, "retry_after", 2))
    except OSError:
        _log.exception("a file could not be kept", extra={"file": wanted.filename})
        return Failed(StorageUnavailable.code)
    except Exception:
        # Whoever waits must hear of it, whatever it was.
        _log.exception("a file did not come", extra={"file": wanted.filename})
        return Failed(Unavailable.code)


def _outcome(line: dict[str, Any]) -> Outcome:
    return Landed(**line) if "sha256" in line else Failed(**line)
