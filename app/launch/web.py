"""The web server of `serve`: granian, in forked processes."""

import resource
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from app.core.memory import leave_alone_what_is_there
from app.launch.household import end_with_parent
from app.launch.notices import tell_when_ready

# A thread is made when a request finds all others busy, as with slow uploads and
# downloads; `web/turnstiles.py` keeps those from taking all of them.
THREADS = 256
# So many connections are held, most of them idle; those beyond wait in the socket.
BACKPRESSURE = 4096


def find_obstacle(host: str, port: int) -> str | None:
    """Return why nobody can listen at an address, or None."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as error:
        return error.strerror
    return None


def serve(app: Flask, host: str, port: int, processes: int) -> None:
    """Answer requests until a signal comes; what is running is finished first."""
    _allow_connections(BACKPRESSURE)
    server = Granian(
        "manage:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=processes,
        blocking_threads=THREADS,
        backpressure=BACKPRESSURE,
        respawn_failed_workers=True,
        workers_kill_timeout=max(app.config["STOP_TIMEOUT"] - 2, 1),
        websockets=False,
        # What it does is told by `serve`; only what goes wrong is news.
        log_level=LogLevels.error,
    )
    server.serve(target_loader=_loader(app, host, port), wrap_loader=False)


def _allow_connections(count: int) -> None:
    """Raise the limit on open files, each connection being one, as far as the machine lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count if hard == resource.RLIM_INFINITY else min(2 * count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _loader(app: Flask, host: str, port: int) -> Callable[[], Any]:
    def load() -> Any:
        end_with_parent()
        # What was promised for the end before the fork is forgotten in here.
        app.extensions["downloads"].write_at_exit()
        leave_alone_what_is_there()
        tell_when_ready(host, port)
        return app

    return load
