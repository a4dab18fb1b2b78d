"""Telling systemd that a service is ready (`Type=notify`, see sd_notify(3))."""

import os
import socket
import threading
import time
from contextlib import suppress

_PAUSE_SECONDS = 0.02
_PATIENCE_SECONDS = 60
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened on


def tell_when_ready(host: str, port: int) -> None:
    """Say that somebody listens, as soon as that is so, if it was systemd that started us.

    The server begins to listen after it has loaded the application, and tells nobody.
    """
    # systemd names its place to those it starts, and to nobody else.
    place = os.environ.get("NOTIFY_SOCKET", "")
    if place.startswith(("/", "@")):
        there = (_UNSPECIFIED.get(host, host), port)
        threading.Thread(target=_wait_and_tell, args=(there, place), daemon=True).start()


def _wait_and_tell(there: tuple[str, int], place: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(there, timeout=1).close()
            return _tell(place, b"READY=1")
        time.sleep(_PAUSE_SECONDS)
    return None


def _tell(place: str, state: bytes) -> None:
    # A name that begins with NUL is one without a file.
    address = "\0" + place[1:] if place.startswith("@") else place
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state, address)
