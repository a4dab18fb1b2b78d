"""A proxy on this machine that changes what real networks and proxies change."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

_HEAD_END = b"\r\n\r\n"


class CuttingProxy:
    """Passes connections on, one request each.

    `accept` replaces what clients wish for; `prefix` is taken from the front
    of paths; the first answer longer than `cut_after` bytes is cut off there.
    """

    def __init__(
        self, port: int, *, accept: str = "", prefix: str = "", cut_after: int = 0
    ) -> None:
        self._target = port
        self._accept = accept.encode()
        self._prefix = prefix.encode()
        self._cut_after = cut_after
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """Return its address without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def simple_url(self) -> str:
        """Return what installers are pointed at."""
        return f"{self.url}/simple/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Closing alone does not wake who waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            request = _read_head(client)
            if not request:
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                server.sendall(self._change(request))
                self._answer(server, client)

    def _change(self, request: bytes) -> bytes:
        first, *lines = request.removesuffix(_HEAD_END).split(b"\r\n")
        kept = [line for line in lines if not self._is_replaced(line)]
        if self._accept:
            kept.append(b"Accept: " + self._accept)
        kept.append(b"Connection: close")
        return b"\r\n".join([first.replace(b" " + self._prefix, b" ", 1), *kept]) + _HEAD_END

    def _is_replaced(self, line: bytes) -> bool:
        name = line.partition(b":")[0].lower()
        return name == b"connection" or (name == b"accept" and bool(self._accept))

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        sent = 0
        while chunk := server.recv(65536):
            client.sendall(chunk)
            sent += len(chunk)
            if self._cut_after and not self.cuts and sent > self._cut_after:
                self.cuts += 1
                return


def _read_head(client: socket.socket) -> bytes:
    head = b""
    while _HEAD_END not in head:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        head += chunk
    return head
