"""What comes back from an upstream."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpcore

from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.patience import until

FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
# Between two pieces of a file.
_STALL_SECONDS = 60.0
# What remains of an answer that nobody wants is read if it is short, to keep the connection.
_SHORT_BODY = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an upstream said: status 200, 304 or 404, and a body that is decoded.

    The names of `headers` are in lower case.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Return the media type, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Reply:
    """An answer whose body was not read yet; `note` hears what went wrong, or nothing if it went.

    `times` are the time-outs of the request, which the connection looks up anew
    when the body is read.
    """

    def __init__(
        self,
        response: httpcore.Response,
        url: str,
        times: dict[str, float],
        note: Callable[[str], None],
    ) -> None:
        self._response = response
        self._times = times
        self.note = note
        self.url = url
        self.status = response.status
        self.headers = {
            key.decode("latin-1").lower(): value.decode("latin-1")
            for key, value in response.headers
        }

    def chunks(self, deadline: float | None = None) -> Iterator[bytes]:
        """Yield the body as it comes, until a deadline if there is one."""
        self._times["read"] = _STALL_SECONDS if deadline is None else rest_of(deadline)
        try:
            yield from self._pieces(deadline)
        except FAILURES as error:
            self.note(describe(error))
            raise UpstreamUnavailable from error
        self.note("")

    def _pieces(self, deadline: float | None) -> Iterator[bytes]:
        pieces = iter(self._response.iter_stream())
        while True:
            with until(time.monotonic() + _STALL_SECONDS if deadline is None else deadline):
                piece = next(pieces, None)
            if piece is None:
                return
            if deadline is not None and time.monotonic() > deadline:
                raise httpcore.ReadTimeout("the answer took too long")
            yield piece

    def leave(self) -> None:
        """Want nothing of the body; it is read if it is short, to keep the connection."""
        told = self.headers.get("content-length", "0")
        if told.isdecimal() and int(told) <= _SHORT_BODY:
            for _ in self.chunks(time.monotonic() + 1):
                pass
        else:
            self.note("")

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()


class Stream:
    """A file as it comes from an upstream."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    @property
    def size(self) -> int | None:
        """Return how many bytes were promised, or None."""
        told = self._reply.headers.get("content-length", "")
        return int(told) if told.isdecimal() else None

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what came before it; names are in lower case."""
        return self._reply.headers

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come; raises `UpstreamUnavailable` when they stop too early."""
        return self._reply.chunks()


def describe(error: Exception) -> str:
    """Return what went wrong, for the log and the page of states."""
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def rest_of(deadline: float) -> float:
    """Return how many seconds are left, and a moment if there are none."""
    return max(0.05, deadline - time.monotonic())
