"""What those who ask for a file see of its flight."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from typing_extensions import override

from app.core.database import release_connection
from app.core.exceptions import NotFound, Unavailable
from app.core.storage.base import Storage
from app.core.storage.exceptions import StorageUnavailable
from app.mirror.copies import Failed, Landed, Wanted
from app.mirror.exceptions import CopyBroken, MirrorBusy, UpstreamMissing, UpstreamUnavailable
from app.mirror.flights import Flight
from app.sources.base import Arrival
from app.sources.page import StoredFile

# Clients wait 8 s for a first byte.
PATIENCE_SECONDS = 7.0
LONGEST_PART = 8 * 1024 * 1024
# So many bytes are sent only when all were found to be right; without them no archive opens.
HELD_BACK = 64 * 1024
CHUNK = 64 * 1024
# Longer than an upstream may pause: somebody has stopped without a word.
_SILENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.01

_REFUSALS: tuple[type[Unavailable], ...] = (
    UpstreamUnavailable,
    CopyBroken,
    MirrorBusy,
    StorageUnavailable,
)

Board = Callable[[], Flight]
AskPart = Callable[[int, int], bytes | None]


class CopyArrival(Arrival):
    """A file that is fetched when somebody wants it whole, and only then."""

    def __init__(self, wanted: Wanted, board: Board, ask_part: AskPart, storage: Storage) -> None:
        self._wanted = wanted
        self._board = board
        self._ask_part = ask_part
        self._storage = storage
        self._flight: Flight | None = None

    @property
    @override
    def size(self) -> int | None:
        return self._wanted.size if self._flight is None else total_of(self._flight)

    @override
    def wait(self, seconds: float) -> StoredFile | None:
        flight = self._boarded()
        flight.wait_until(lambda: flight.outcome is not None, seconds)
        landed = demand(flight)
        return None if landed is None else _stored(self._wanted, landed)

    @override
    def chunks(self) -> Iterator[bytes]:
        return Tail(self._boarded(), self._storage)

    @override
    def part(self, start: int, stop: int) -> bytes | None:
        if not 0 < stop - start <= LONGEST_PART:
            return None
        release_connection()
        return self._ask_part(start, stop)

    def _boarded(self) -> Flight:
        release_connection()
        if self._flight is None:
            self._flight = self._board()
        return self._flight


class Tail(Iterator[bytes]):
    """The bytes of a flight as they arrive; the first ones are there when it is made."""

    def __init__(self, flight: Flight, storage: Storage) -> None:
        self._flight = flight
        self._storage = storage
        self._file: BinaryIO | None = None
        self._attempt = 0
        self._position = 0
        self._first = self._read(time.monotonic() + PATIENCE_SECONDS)

    @override
    def __next__(self) -> bytes:
        chunk, self._first = self._first, b""
        if not chunk:
            chunk = self._read(time.monotonic() + _SILENCE_SECONDS)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """Close the file; those who stop reading call this."""
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        self.close()

    def _read(self, deadline: float) -> bytes:
        """Return the next bytes, or none at the end."""
        try:
            return self._read_on(deadline)
        except NotFound as error:
            if self._position:
                # Too late to say that there is nothing.
                raise UpstreamUnavailable from error
            raise

    def _read_on(self, deadline: float) -> bytes:
        flight = self._flight
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not flight.wait_until(self._is_ready, left):
                raise UpstreamUnavailable
            landed = demand(flight)
            if self._open(landed) and self._file is not None:
                chunk = self._file.read(max(0, min(CHUNK, sendable(flight) - self._position)))
                self._position += len(chunk)
                if chunk or (landed is not None and self._position == landed.size):
                    return chunk
            # What was there a moment ago is on its way to its place.
            time.sleep(_PAUSE_SECONDS)

    def _is_ready(self) -> bool:
        return self._flight.outcome is not None or sendable(self._flight) > self._position

    def _open(self, landed: Landed | None) -> bool:
        """Open what there is to read; tell whether there is something."""
        if self._attempt == self._flight.attempt and self._file is not None:
            return True
        if self._position:
            # What was sent came from another attempt, and nobody has compared it.
            raise UpstreamUnavailable
        self.close()
        self._file, self._attempt = None, self._flight.attempt
        if self._flight.path is not None:
            with suppress(FileNotFoundError):
                self._file = self._flight.path.open("rb", buffering=0)
        if self._file is None and landed is not None:
            self._file = self._storage.open(landed.sha256)
        return self._file is not None


def demand(flight: Flight) -> Landed | None:
    """Return what is here, or None as long as it is on its way; raises why it did not come."""
    outcome = flight.outcome
    if not isinstance(outcome, Failed):
        return outcome
    if outcome.code == UpstreamMissing.code:
        raise UpstreamMissing
    kinds = [kind for kind in _REFUSALS if kind.code == outcome.code]
    raise (kinds or [Unavailable])[0](retry_after=outcome.retry_after)


def total_of(flight: Flight) -> int | None:
    """Return how many bytes a file on its way will have, or None."""
    return flight.outcome.size if isinstance(flight.outcome, Landed) else flight.size


def sendable(flight: Flight) -> int:
    """Return how many bytes of a file on its way may be sent now."""
    if isinstance(flight.outcome, Landed):
        return flight.outcome.size
    if flight.size is None:
        return max(0, flight.arrived - HELD_BACK)
    # Of a short file all but the last byte, so that it begins in time.
    held = HELD_BACK if flight.size > 2 * HELD_BACK else 1
    return max(0, min(flight.arrived, flight.size - held))


def _stored(wanted: Wanted, landed: Landed) -> StoredFile:
    return StoredFile(
        filename=wanted.filename,
        sha256=landed.sha256,
        size=landed.size,
        project=wanted.project,
        version=wanted.entry.version,
        index_slug=wanted.slug,
        uploaded_at=wanted.entry.uploaded_at,
        was=wanted.entry.was,
    )
