"""A MongoDB server for tests: the one of MONGODB_URL, or a stand-in that is started for them.

The stand-in is only ever started as a program, because of its licence.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.functional.databases import free_port

PROGRAM = Path(sys.executable).with_name("secantusd-py")
_PATIENCE_SECONDS = 60


@dataclass
class StandIn:
    """A server of our own on a free port, that can be killed and started again."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; `wait` says when it answers."""
        command = (str(PROGRAM), "--host", "127.0.0.1", "--port", str(self.port))
        storage = ("--storage-path", str(self.folder / "data"), "--cache-size", "64M")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *storage, "--log-level", "ERROR", *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )

    def stop(self) -> None:
        """End it gracefully."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a loss of power would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()
            self.process = None

    def url(self, name: str, *, login: str = "", options: str = "") -> str:
        """Return the address of one of its databases."""
        return f"mongodb://{login}127.0.0.1:{self.port}/{name}{options}"


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    deadline = monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with MongoClient(url, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
        except PyMongoError:
            if monotonic() > deadline:
                raise
            sleep(0.05)
        else:
            return


@contextmanager
def stand_in(*options: str) -> Iterator[StandIn]:
    """Run a server of our own for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="tilsit-mongo-") as name:
        server = StandIn(Path(name), options)
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def mongo_database() -> Iterator[str]:
    """Give the address of an empty database: on the server of MONGODB_URL, or on a stand-in."""
    name = f"tilsit_test_{uuid4().hex[:12]}"
    given = os.environ.get("MONGODB_URL")
    if not given:
        with stand_in() as server:
            url = server.url(name)
            wait_for(url)
            yield url
        return
    address, _, options = given.partition("?")
    scheme, _, rest = address.partition("://")
    url = f"{scheme}://{rest.partition('/')[0]}/{name}?{options}"
    try:
        yield url
    finally:
        with MongoClient(url) as client:
            client.drop_database(name)
