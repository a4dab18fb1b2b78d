"""An installation that is thrown away: in a folder of its own, on a port of its own."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import urllib3

import config
from app.backup.exceptions import DrillFailed

ACCOUNT = "drill"
_START_SECONDS = 120
_STOP_SECONDS = 15
_PAUSE_SECONDS = 0.05
# What the machine is like; nothing of this installation, so no mail is sent from there, no
# upstream asked, and no other database or queue touched.
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "TZ")
_SERVER = (
    *("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--workers", "1"),
    *("--blocking-threads", "16", "--host", "127.0.0.1"),
)


class Scratch:
    """Commands and a web server, without a worker: nobody may do the jobs that wait there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = _free_port()
        self._log = folder / "log"

    @property
    def url(self) -> str:
        """Return where it is served, without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """Return the environment of all that runs there."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port), "HOME": str(self.folder)}
        return kept | own | {"TMPDIR": str(self.folder)}

    def run(self, *words: str, stdin: str = "") -> str:
        """Run one of our commands and return what it printed; raises `DrillFailed`."""
        command = [sys.executable, str(config.ROOT / "manage.py"), *words]
        return run(command, self.environ(), cwd=config.ROOT, stdin=stdin)

    def make_token(self) -> str:
        """Open an account that may read everything and return a token of it."""
        name = f"{ACCOUNT}-{secrets.token_hex(4)}"
        words = ("user", "create", name, f"{name}@example.com", "--admin", "--password-stdin")
        self.run(*words, stdin=secrets.token_urlsafe(24) + "\n")
        return self.run("token", "create", name, "--scope", "read", "--days", "1").strip()

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve it while a block runs; raises `DrillFailed` when it does not start."""
        with self._log.open("wb") as log:
            server = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, *_SERVER, "--port", str(self.port), "manage:app"],
                cwd=config.ROOT,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._await_ready(server)
            yield
        finally:
            _end(server)

    def _await_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            if fetch(f"{self.url}/readyz")[0] == 200:
                return
            time.sleep(_PAUSE_SECONDS)
        raise DrillFailed(f"It does not start: {_last_line(self._log.read_text())}")


def run(command: list[str], environ: dict[str, str], *, cwd: Path, stdin: str = "") -> str:
    """Run a program to its end and return what it printed; raises `DrillFailed`."""
    done = subprocess.run(  # noqa: S603 - our own words
        command, cwd=cwd, env=environ, input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DrillFailed(_last_line(done.stderr or done.stdout))
    return done.stdout


def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Return the status and the body of what lies at an address of this machine; 0 if none."""
    with urllib3.PoolManager() as pool:
        try:
            answer = pool.request("GET", url, headers=headers, retries=False, timeout=30)
        except urllib3.exceptions.HTTPError:
            return 0, b""
        return answer.status, answer.data


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ") if lines else "nothing was said"
