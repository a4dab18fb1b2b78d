"""Bodies of answers: decoded and bounded."""

import zlib
from collections.abc import Iterable, Iterator

from app.mirror.exceptions import UpstreamUnavailable

# What we say that we can decode.
ACCEPTED = b"gzip, deflate"
_PIECE = 64 * 1024


class BodyTooLong(UpstreamUnavailable):
    """An answer has more bytes than it may have."""


def decode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a body as it was before it was encoded, in small pieces.

    Raises `UpstreamUnavailable` when it cannot be decoded or was cut short.
    """
    if encoding in {"", "identity"}:
        return iter(chunks)
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _inflate(chunks)
    raise UpstreamUnavailable


def _inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    # 32 lets zlib see by itself whether it is gzip or deflate.
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            while chunk and not inflater.eof:
                # Never more than a piece at once: a small chunk may hold gigabytes.
                yield inflater.decompress(chunk, _PIECE)
                chunk = inflater.unconsumed_tail
        yield inflater.flush(_PIECE)
    except zlib.error as error:
        raise UpstreamUnavailable from error
    if not inflater.eof:
        raise UpstreamUnavailable


def gather(chunks: Iterable[bytes], limit: int) -> bytes:
    """Return a body in one piece; raises `BodyTooLong` when it passes a limit."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise BodyTooLong
    return bytes(body)
