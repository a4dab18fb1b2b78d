"""What is left of a request's body when its answer is known early."""

from contextlib import suppress

from flask import Response, request

# Most wheels are smaller; whoever sends more may see a broken connection instead.
PATIENCE_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


def read_rest(response: Response) -> Response:
    """Take in what a refused client still writes.

    Servers that close a connection with unread bytes reset it, and then the
    client never sees why it was refused; others take the rest for the next
    request.
    """
    if response.status_code >= 400:
        with suppress(OSError):
            _discard()
    return response


def _discard() -> None:
    stream = request.environ["wsgi.input"]
    is_terminated = bool(request.environ.get("wsgi.input_terminated"))
    left = PATIENCE_BYTES if is_terminated else min(request.content_length or 0, PATIENCE_BYTES)
    while left > 0:
        chunk = stream.read(min(left, _CHUNK_BYTES))
        if not chunk:
            return
        left -= len(chunk)
