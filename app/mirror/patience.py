"""How long a thread waits for something of use, whatever trickles in meanwhile.

The time-outs of a connection begin anew with every byte. A byte a second, of headers or
of what stands between the pieces of a body, would keep a thread for days.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from httpcore import NetworkBackend, NetworkStream, ReadTimeout
from typing_extensions import override

_mine = threading.local()


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Let nothing be read in the block after a moment of `time.monotonic`."""
    _mine.deadline = deadline
    try:
        yield
    finally:
        _mine.deadline = None


class PatientBackend(NetworkBackend):
    """Makes connections that keep the deadline of whoever reads."""

    def __init__(self, plain: NetworkBackend) -> None:
        self._plain = plain

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        return _PatientStream(
            self._plain.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _PatientStream(NetworkStream):
    def __init__(self, plain: NetworkStream) -> None:
        self._plain = plain

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline: float | None = getattr(_mine, "deadline", None)
        if deadline is None:
            return self._plain.read(max_bytes, timeout)
        rest = deadline - time.monotonic()
        if rest <= 0:
            raise ReadTimeout("nothing of use came in time")
        return self._plain.read(max_bytes, rest if timeout is None else min(timeout, rest))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, timeout)

    @override
    def close(self) -> None:
        self._plain.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        return _PatientStream(self._plain.start_tls(ssl_context, server_hostname, timeout))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
