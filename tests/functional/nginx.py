"""nginx in front of a house, as deploy/nginx sets it up."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

RENDER = Path(__file__).parents[2] / "deploy" / "nginx" / "render.sh"
START_SECONDS = 20
STOP_SECONDS = 20

# All that the site does not say itself. Workers must reach folders of the tests.
_MAIN = """\
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/pid;
error_log {folder}/error.log notice;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/uwsgi;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass
class Nginx:
    """A server with the site's configuration, rendered into a folder of its own."""

    folder: Path
    port: int
    data: Path
    upstream: str
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def downloads(self) -> Path:
        """Return the log of files that it has served by itself."""
        return self.folder / "tilsit-downloads.log"

    @property
    def log(self) -> str:
        """Return all that it has complained about."""
        path = self.folder / "error.log"
        return path.read_text() if path.exists() else ""

    def render(self) -> None:
        """Write its configuration."""
        self.folder.mkdir(exist_ok=True)
        settings = {
            # All clients of the tests come from one address.
            **{"ACCOUNT_RATE": "", "SEARCH_RATE": "", "CONNECTIONS": ""},
            **self.environ,
            "PATH": os.environ["PATH"],
            "VIRTUAL_ENV": sys.prefix,
            "DATA_DIR": str(self.data),
            "UPSTREAM": self.upstream,
            "LISTEN": f"127.0.0.1:{self.port}",
            "LOG_DIR": str(self.folder),
            "CACHE_DIR": str(self.folder / "admitted"),
            "INCLUDE": str(self.folder / "more" / "*.conf"),
        }
        site = subprocess.run([RENDER], env=settings, capture_output=True, check=True)
        (self.folder / "site.conf").write_bytes(site.stdout)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(_MAIN.format(folder=self.folder, user=user))

    def check(self) -> str:
        """Return what `nginx -t` says."""
        done = subprocess.run([*self._command, "-t"], capture_output=True, text=True)
        return done.stderr

    def start(self) -> None:
        """Start it and wait until it listens; it may be up still when the house was killed."""
        if self._process is not None:
            return
        self.render()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"nginx did not start:\n{self.check()}{self.log[-4000:]}")

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)
            self._process = None

    @property
    def _command(self) -> list[str]:
        early = str(self.folder / "error.log")
        return [find_program(), "-c", str(self.folder / "nginx.conf"), "-e", early]


def find_program() -> str:
    """Return the path of nginx."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found is not None, "nginx is not installed; on Debian: apt-get install nginx-light"
    return found
