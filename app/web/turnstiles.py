"""Turnstiles: only so many slow clients at a time, so that others find a thread free.

Who sends or takes bytes slowly holds a thread of the server for as long as it
likes: no server ends a read or a write that is under way. Pages, index pages
and log-ins are answered at once and need none.
"""

from collections.abc import Callable, Iterable
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from app.web.http import status_line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Together well below the threads that `serve` has.
SENDERS = 64
TAKERS = 128

_RETRY_SECONDS = "5"
_BUSY = "The server is busy with others, please try again."


class Turnstiles:
    """Let requests with a body, and downloads, pass as long as there is room for them."""

    def __init__(self, app: "WSGIApplication", *, downloads: str) -> None:
        self._app = app
        self._downloads = downloads
        self._senders = BoundedSemaphore(SENDERS)
        self._takers = BoundedSemaphore(TAKERS)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, or say 503 when there is no room for its kind."""
        if _has_body(environ):
            return self._receive(environ, start_response)
        if self._is_slow_download(environ):
            return self._send(environ, start_response)
        return self._app(environ, start_response)

    def _receive(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if not self._senders.acquire(blocking=False):
            return _refuse(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._senders.release()

    def _send(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not self._takers.acquire(blocking=False):
            return _refuse(environ, start_response)
        leave = _once(self._takers.release)
        try:
            return ClosingIterator(self._app(environ, start_response), leave)
        except BaseException:
            leave()
            raise

    def _is_slow_download(self, environ: "WSGIEnvironment") -> bool:
        # A server that sends files in its own way must get them unwrapped.
        is_download = str(environ.get("PATH_INFO", "")).startswith(self._downloads)
        return is_download and "wsgi.file_wrapper" not in environ


def _has_body(environ: "WSGIEnvironment") -> bool:
    is_announced = environ.get("CONTENT_LENGTH") not in {None, "", "0"}
    return is_announced or "HTTP_TRANSFER_ENCODING" in environ


def _refuse(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    response = Response(
        f"{_BUSY}\n",
        status_line(503, _BUSY),
        {"Retry-After": _RETRY_SECONDS, "Cache-Control": "no-store"},
        mimetype="text/plain",
    )
    return response(environ, start_response)


def _once(step: Callable[[], None]) -> Callable[[], None]:
    """Return a step that is done the first time only: servers may close twice."""
    left = [step]

    def do() -> None:
        if left:
            left.pop()()

    return do
