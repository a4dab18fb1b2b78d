"""Files that go out while they come in."""

from collections.abc import Iterator

from flask import Response

from app.core.exceptions import Unavailable
from app.core.i18n import _l
from app.simple.ranges import Part
from app.sources.base import Arrival
from app.sources.page import StoredFile

# Installers wait 8 s for a first byte; whoever wants a part gets it from the
# upstream when the whole takes longer.
PATIENCE_SECONDS, PART_SECONDS = 6, 4
# What comes within that time, usually.
SMALL = 8 * 1024 * 1024
_RETRY_SECONDS = 3


class BrokenOff(ConnectionError):
    """A file did not come to its end, so whoever takes it must not think that it did."""


class StillComing(Unavailable):
    """Nothing can be said of a file before it is here."""

    code = "still-coming"
    message = _l("This file is being fetched. Please try again.")

    def __init__(self) -> None:
        super().__init__(retry_after=_RETRY_SECONDS)


class Flow(Iterator[bytes]):
    """The bytes of a file as they arrive; breaks off when they stop coming."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except Unavailable as error:
            # There is no other way left to say it: the answer has begun.
            raise BrokenOff(str(error)) from error

    def close(self) -> None:
        """Stop reading; servers call this however the answer ends."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


def await_file(
    arrival: Arrival, size: int | None, part: Part | None, *, is_head: bool, is_safe: bool
) -> StoredFile | None:
    """Return a file once it is here if that is worth waiting for, or None.

    It is on its way from then on, also for who asks for its headers alone: soon
    they ask for more. Without a size nothing can be told to who asks for that alone, nor sent where
    nobody sees a body break off (unless `is_safe`): raises `StillComing` then.
    """
    if size is None and (is_head or not is_safe):
        stored = arrival.wait(PATIENCE_SECONDS)
        if stored is None:
            raise StillComing
        return stored
    is_short = size is not None and size <= SMALL
    if is_head or (part is not None and is_short):
        return arrival.wait(PART_SECONDS if part is not None else 0)
    return None


def fill_arriving(
    response: Response, arrival: Arrival, size: int | None, part: Part | None
) -> None:
    """Send a part of a file if the upstream gives it, else all of it as it comes."""
    content = arrival.part(part.start, part.stop) if part is not None else None
    if content is not None and part is not None:
        response.status_code = 206
        response.content_length = len(content)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        response.set_data(content)
        return
    response.response = Flow(arrival.chunks())
    # Werkzeug may not look at it: it would read it to its end.
    response.direct_passthrough = True
