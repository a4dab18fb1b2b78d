"""Fetching files: compared with what was announced before anything is kept."""

import logging
from collections.abc import Callable
from typing import Any, BinaryIO

from sqlalchemy.exc import SQLAlchemyError

from app.core.database import LONG_PATIENCE_SECONDS, release_connection, transaction
from app.core.faults import reach
from app.core.jobs import enqueue
from app.core.storage import blobs
from app.core.storage.incoming import Incoming
from app.extensions import db
from app.indexes.models import Index
from app.mirror import keeping, wheels
from app.mirror.arrivals import demand
from app.mirror.copies import Landed, Wanted
from app.mirror.eviction import MAKE_ROOM, is_far_over
from app.mirror.exceptions import CopyBroken, UpstreamMissing, UpstreamUnavailable
from app.mirror.flights import Flight, the_flights
from app.mirror.queries import find_copy
from app.mirror.tallies import tally
from app.mirror.upstream import Upstream, upstream_for

# Whatever an upstream says, nobody publishes longer ones.
LARGEST_FILE = 16 * 1024**3
# The wheel that core metadata are made of; nobody waits so long, but the metadata may.
_WHEEL_SECONDS = 3600.0
_log = logging.getLogger(__name__)


def bring(wanted: Wanted, flight: Flight) -> Landed:
    """Fetch a file, or its core metadata, unless it has come in the meantime."""
    landed = find_landed(wanted)
    if landed is not None:
        return landed
    upstream = _find_upstream(wanted)
    # However long it takes, it takes no connection.
    release_connection()
    try:
        return (_bring_metadata if wanted.is_metadata else _bring_file)(wanted, flight, upstream)
    except (UpstreamUnavailable, UpstreamMissing, CopyBroken):
        _write(lambda: tally(wanted.index_id, failures=1))
        raise


def find_landed(wanted: Wanted) -> Landed | None:
    """Return what is here of it, or None."""
    copy = find_copy(wanted.index_id, wanted.entry.address, wanted.entry.filename)
    if copy is None:
        return None
    sha256 = copy.metadata_sha256 if wanted.is_metadata else copy.sha256
    if wanted.is_metadata and not fits(sha256, wanted.entry.metadata_sha256):
        return None
    size = None if sha256 is None else blobs().find_size(sha256)
    return None if sha256 is None or size is None else Landed(sha256, size)


def fits(found: str | None, announced: str | None) -> bool:
    """Tell whether a digest is the announced one, if one was announced."""
    return announced is None or found == announced


def _find_upstream(wanted: Wanted) -> Upstream:
    index = db.session.get(Index, wanted.index_id)
    upstream = None if index is None else upstream_for(index)
    if upstream is None:
        raise UpstreamUnavailable
    return upstream


def _bring_file(wanted: Wanted, flight: Flight, upstream: Upstream) -> Landed:
    with blobs().receive() as incoming:
        with upstream.open(wanted.url) as stream:
            flight.take_off(incoming.path, _find_size(wanted, stream.size))
            for chunk in stream.chunks():
                _receive(chunk, incoming, flight)
        _compare(wanted, incoming, flight.size)
        reach("mirror.compared")
        blobs().save(incoming)
        landed = Landed(incoming.digest(), incoming.size)
        with incoming.path.open("rb") as file:
            own_metadata = _read_own_metadata(wanted, file)
    reach("mirror.stored")
    _write(lambda: keeping.keep_file(wanted, landed, own_metadata=own_metadata))
    reach("mirror.noted")
    if _is_full():
        _write(lambda: enqueue(MAKE_ROOM))
    return landed


def _find_size(wanted: Wanted, promised: int | None) -> int | None:
    """Return how long a file will be, if its page or its upstream tells it."""
    if promised is not None and wanted.size is not None and promised != wanted.size:
        raise _broken(wanted, "another size was promised")
    size = wanted.size if promised is None else promised
    if size is not None and size > LARGEST_FILE:
        raise _broken(wanted, "it is too long")
    return size


def _receive(chunk: bytes, incoming: Incoming, flight: Flight) -> None:
    reach("mirror.arriving")
    incoming.write(chunk)
    # Others read it while it grows.
    incoming.flush()
    if incoming.size > (LARGEST_FILE if flight.size is None else flight.size):
        raise _broken(flight.wanted, "it is longer than announced")
    flight.advance(incoming.size)


def _compare(wanted: Wanted, incoming: Incoming, size: int | None) -> None:
    entry = wanted.entry
    if size is not None and incoming.size != size:
        raise _broken(wanted, "it is shorter than announced")
    announced = {name: getattr(entry, name) for name in ("sha256", "blake2_256", "md5")}
    # The first of them that is told is the strongest.
    name = next((name for name, digest in announced.items() if digest), None)
    if name is not None and announced[name] != incoming.digest(name):
        raise _broken(wanted, f"its {name} is another one")


def _bring_metadata(wanted: Wanted, _flight: Flight, upstream: Upstream) -> Landed:
    content = None
    if wanted.entry.core_metadata:
        answer = upstream.get(wanted.url, limit=wheels.LARGEST)
        content = answer.body if answer.status == 200 else None
    if content is None:
        content = _make_metadata(wanted)
    with blobs().receive() as incoming:
        incoming.write(content)
        if not fits(incoming.digest(), wanted.entry.metadata_sha256):
            raise _broken(wanted, "the digest of the metadata is another one")
        blobs().save(incoming)
        landed = Landed(incoming.digest(), incoming.size)
    _write(lambda: keeping.keep_metadata(wanted, landed))
    return landed


def _make_metadata(wanted: Wanted) -> bytes:
    """Return the core metadata out of the wheel, which may have to come first."""
    flight = the_flights().join(wanted.whole(), bring)
    flight.wait_until(lambda: flight.outcome is not None, _WHEEL_SECONDS)
    landed = demand(flight)
    if landed is None:
        raise UpstreamUnavailable
    with blobs().open(landed.sha256) as wheel:
        content = wheels.find_metadata(wheel, wanted.project)
    if content is None:
        raise _broken(wanted, "the wheel has no metadata that can be read")
    return content


def _read_own_metadata(wanted: Wanted, file: BinaryIO) -> str | None:
    """Keep the core metadata of a wheel, if its upstream has none, and return their digest."""
    if not wanted.is_wheel or wanted.entry.core_metadata:
        return None
    content = wheels.find_metadata(file, wanted.project)
    return None if content is None else blobs().save_bytes(content)


def _broken(wanted: Wanted, reason: str) -> CopyBroken:
    facts: dict[str, Any] = {"index": wanted.slug, "file": wanted.filename, "reason": reason}
    _log.error("an upstream sent a broken file: %s", reason, extra=facts)
    return CopyBroken()


def _is_full() -> bool:
    """Tell whether room must be made; counted while nobody waits for us to write."""
    try:
        return is_far_over()
    except SQLAlchemyError:
        # The next file will tell.
        return False
    finally:
        release_connection()


def _write(change: Callable[[], None]) -> None:
    """Make a change; whoever waits for the file gets it even if that cannot be noted."""
    try:
        with transaction(patience=LONG_PATIENCE_SECONDS):
            change()
    except SQLAlchemyError:
        _log.exception("what came of an upstream was not noted")
    finally:
        release_connection()
