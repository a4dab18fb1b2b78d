"""Bodies that come in chunks, without a length, whatever server they come through.

WSGI knows only bodies with a length. Most servers put the chunks together and
say so (`wsgi.input_terminated`); uWSGI has a function of its own for reading
them; behind any other server such a body would look empty.
"""

import importlib
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from werkzeug.wrappers import Response

from app.web.http import status_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REFUSED = "This server needs the length of a body (Content-Length) and takes none in chunks."
_BUFFER_BYTES = 256 * 1024


class ChunkedBodies:
    """Let an application read bodies in chunks as it reads others, or refuse them with 411."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("wsgi.input_terminated"):
            if "uwsgi.version" not in environ:
                return _refuse(environ, start_response)
            environ["wsgi.input"] = _open(importlib.import_module("uwsgi").chunked_read)
            environ["wsgi.input_terminated"] = True
            # RFC 9112, 6.3: "the Transfer-Encoding overrides the Content-Length".
            environ.pop("CONTENT_LENGTH", None)
        return self._app(environ, start_response)


class Chunks(io.RawIOBase):
    """A body that is read chunk by chunk, each when the one before is used up."""

    def __init__(self, read_chunk: Callable[[], bytes]) -> None:
        self._read_chunk = read_chunk
        self._rest = memoryview(b"")
        self._is_over = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: "WriteableBuffer") -> int:
        if not self._rest and not self._is_over:
            self._rest = memoryview(self._read_chunk())
            # Asked for more after the last one, uWSGI would wait for another request.
            self._is_over = not self._rest
        room = memoryview(buffer).cast("B")
        count = min(len(room), len(self._rest))
        room[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _open(read_chunk: Callable[[], Any]) -> io.BufferedReader:
    return io.BufferedReader(Chunks(read_chunk), _BUFFER_BYTES)


def _refuse(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    # The rest of the connection is the body, and nobody here can tell where it ends.
    headers = {"Connection": "close", "Cache-Control": "no-store"}
    status = status_line(411, "Length Required")
    response = Response(f"{_REFUSED}\n", status, headers, mimetype="text/plain")
    return response(environ, start_response)
