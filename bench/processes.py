"""Servers under test as trees of processes."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import psutil

START_SECONDS = 60
STOP_SECONDS = 15
MEBIBYTE = 1024 * 1024


class StartFailed(Exception):
    """A server did not answer in time; the message ends with what it logged."""


class Server:
    """One running server; what it writes goes to a file."""

    def __init__(self, command: Sequence[str], *, log: Path, cwd: Path) -> None:
        self.command, self.log, self.cwd = command, log, cwd
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environ: Mapping[str, str], ready_url: str) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env={**plain_environ(), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the harness, which then stops the servers itself.
                start_new_session=True,
            )
        self._await(ready_url)

    def stop(self) -> None:
        """Stop it and whatever of its tree is left then."""
        if self._process is None:
            return
        tree = self._list_tree()
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        for process in psutil.wait_procs(tree, 1)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(STOP_SECONDS)
        self._process = None

    def memory(self) -> float:
        """Return the memory of all its processes in MiB, shared pages counted once."""
        tree = self._list_tree()
        if not tree:
            raise StartFailed(f"{self.command[0]} has ended by itself")
        return sum(process.memory_full_info().pss for process in tree) / MEBIBYTE

    def _list_tree(self) -> list[psutil.Process]:
        assert self._process is not None
        try:
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _await(self, url: str) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(url, trust_env=False, timeout=10)
                # Somebody else could answer on the port while ours fails to get it.
                if answer.status_code < 500 and self._process.poll() is None:
                    return
            time.sleep(0.05)
        raise StartFailed(f"{self.command[0]} did not start:\n{self.log.read_text()[-2000:]}")


def plain_environ() -> dict[str, str]:
    """Return an environment that knows nothing of this machine's settings."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
