"""Files that go out while they come in."""

import time
from collections.abc import Iterator

from flask import Response

from app.core.exceptions import Unavailable
from app.core.i18n import _l
from app.simple.ranges import Part
from app.sources.base import Arrival
from app.sources.page import StoredFile

# Installers wait 8 s for a first byte. Who wants a part of what usually comes within
# a moment waits for the whole; of longer files the upstream is asked for the part.
PATIENCE_SECONDS, PART_SECONDS = 6, 4
SMALL = 4 * 1024 * 1024
# An upstream that needs longer to say that it gives no parts is not waited for again.
_PROMPT_SECONDS = 1
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
        return _await(arrival, PATIENCE_SECONDS)
    if is_head:
        return arrival.wait(0)
    if part is None or size is None or size > SMALL:
        return None
    return _await(arrival, PART_SECONDS)


def fill_arriving(
    response: Response, arrival: Arrival, size: int | None, part: Part | None
) -> None:
    """Send a part of a file if the upstream gives it, else all of it as it comes."""
    content = None if part is None else _ask_part(arrival, part)
    if content is not None and part is not None:
        response.status_code = 206
        response.content_length = len(content)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        response.set_data(content)
        return
    response.response = Flow(arrival.chunks())
    # Werkzeug may not look at it: it would read it to its end.
    response.direct_passthrough = True


def _ask_part(arrival: Arrival, part: Part) -> bytes | None:
    begin = time.monotonic()
    content = arrival.part(part.start, part.stop)
    if content is None and time.monotonic() > begin + _PROMPT_SECONDS:
        # The whole is on its way then, for who asks again.
        _await(arrival, 0)
    return content


def _await(arrival: Arrival, seconds: float) -> StoredFile:
    stored = arrival.wait(seconds)
    if stored is None:
        raise StillComing
    return stored
