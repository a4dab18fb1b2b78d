"""A running Tilsit: real server, real database, real folder."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import flask_migrate
import httpx
import psutil
from flask import Flask

import config
from app import create_app
from app.accounts import services as accounts
from app.accounts import tokens
from app.accounts.models import Account
from app.accounts.queries import find_by_username
from app.core.database import transaction
from app.extensions import db
from app.mongo.migrating import migrate
from tests.functional.certificates import Certificate
from tests.functional.databases import free_port
from tests.functional.nginx import Nginx

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "a quiet harbour"
MARK = "TILSIT_TEST_HOUSE"
START_SECONDS = 60
STOP_SECONDS = 20

_UWSGI = (f"{BIN}/uwsgi", "--ini", "deploy/uwsgi.ini", "--home", str(BIN.parent))
# As the Procfile and the pages on deployment have them, one worker each.
SERVERS: dict[str, tuple[str, ...]] = {
    "granian": (f"{BIN}/python", "manage.py", "serve", "--no-seed"),
    "gunicorn": (
        *(f"{BIN}/gunicorn", "--config", "deploy/gunicorn.conf.py"),
        *("--bind", "127.0.0.1:{port}", "manage:app"),
    ),
    "uwsgi": (*_UWSGI, "--http11-socket", "127.0.0.1:{port}"),
}
_UWSGI_BEHIND = (*_UWSGI, "--socket", "127.0.0.1:{port}")
SERVERS |= {"nginx-granian": SERVERS["granian"], "nginx-uwsgi": _UWSGI_BEHIND}
# By what protocol nginx speaks to them.
BEHIND_NGINX = {"nginx-granian": "http", "nginx-uwsgi": "uwsgi"}
# What `make run` starts, with the demo projects.
SERVERS |= {"make": ("make", "run")}
# They write the standard reason phrase whatever the application says.
WITHOUT_REASONS = {"granian", "make", "nginx-granian"}


@dataclass
class House:
    """One installation; `folder` is its DATA_DIR.

    Behind nginx it can have a path of its own, and a certificate.
    """

    server: str
    folder: Path
    database_url: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    largest_file: int | None = None
    port: int = field(default_factory=free_port)
    prefix: str = ""
    certificate: Certificate | None = None

    def __post_init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path = self.folder.with_suffix(".log")
        self.inner_port = self.port
        self.nginx: Nginx | None = None
        if self.server in BEHIND_NGINX:
            self.inner_port = free_port()
            upstream = f"{BEHIND_NGINX[self.server]}://127.0.0.1:{self.inner_port}"
            front = self.folder.with_suffix(".nginx")
            self.nginx = Nginx(
                front, self.port, self.folder, upstream, self.environ | self._doors()
            )

    @property
    def url(self) -> str:
        """Return the address without a final slash."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://127.0.0.1:{self.port}{self.prefix}"

    @property
    def simple_url(self) -> str:
        """Return what installers are pointed at."""
        return f"{self.url}/simple/"

    @property
    def upload_url(self) -> str:
        """Return what uploaders are pointed at."""
        return f"{self.url}/legacy/"

    @property
    def has_reasons(self) -> bool:
        """Tell whether the server lets our reason phrases through."""
        return self.server not in WITHOUT_REASONS

    def settings(self) -> dict[str, str]:
        """Return the environment of all its processes."""
        own = {"DATA_DIR": str(self.folder), "PORT": str(self.inner_port), MARK: self.mark}
        if self.nginx is not None:
            own |= {"TRUSTED_PROXIES": "1", "ACCEL_PREFIX": "/_blobs/"}
        if self.database_url is not None:
            own["DATABASE_URL"] = self.database_url
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | own | self.environ

    def prepare(self) -> None:
        """Make the tables, and the documents where pages come from them."""
        with self.inside():
            flask_migrate.upgrade()
            if "CATALOGUE" in self.environ:
                migrate()

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        if self.nginx is not None:
            self.nginx.start()
        self.start_behind()

    def start_behind(self) -> None:
        """Start the application's own server only."""
        command = [part.format(port=self.inner_port) for part in SERVERS[self.server]]
        if self.largest_file is not None:
            # As a full disk, but without one: the kernel refuses to write more.
            limit = f'ulimit -f {self.largest_file // 512} && exec "$@"'
            command = ["sh", "-c", limit, "sh", *command]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.await_ready()

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop the server and make sure that nothing of it is left."""
        if self.nginx is not None:
            self.nginx.stop()
        self.stop_behind(number)

    def stop_behind(self, number: int = signal.SIGTERM) -> None:
        """Stop the application's own server only."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(STOP_SECONDS)
        self._process = None
        assert self.list_processes() == []

    def kill(self) -> None:
        """End all its processes at once, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(STOP_SECONDS)
        self._process = None
        # Some may be made anew until those who make them have gone.
        while left := self.list_processes():
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(left, STOP_SECONDS)

    def has_ended(self) -> bool:
        """Wait for all its processes to end by themselves and tell whether they did."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        return not psutil.wait_procs(self.list_processes(), STOP_SECONDS)[1]

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def peak_memory(self) -> int:
        """Return the most memory, in bytes, that one of its processes ever had resident."""
        return max(_peak_of(process.pid) for process in self.list_processes())

    def list_processes(self) -> list[psutil.Process]:
        """Return all living processes that carry this house's mark."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def run_command(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `python manage.py …`."""
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=self.settings(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )

    @contextlib.contextmanager
    def inside(self) -> Iterator[Flask]:
        """Let a block work on the same database and store as the server does."""
        with self._app.app_context():
            try:
                yield self._app
            finally:
                db.session.remove()
                db.engine.dispose()

    def make_account(self, username: str, **facts: Any) -> None:
        """Open an account unless it is there."""
        with self.inside():
            if find_by_username(username) is None:
                with transaction():
                    address = f"{username}@example.com"
                    accounts.open_account(username, address, password=PASSWORD, **facts)

    def make_token(
        self, username: str = "uploader", *, scope: str = "upload", **limits: Any
    ) -> str:
        """Make a token for an account, which is opened when needed."""
        self.make_account(username)
        with self.inside(), transaction() as session:
            owner = session.query(Account).filter_by(username=username).one()
            return tokens.make_token(owner.id, "functional", scope=scope, **limits)[1]

    @cached_property
    def token(self) -> str:
        """Return a token that may upload everything."""
        return self.make_token()

    @cached_property
    def http(self) -> httpx.Client:
        """Return a client that follows nothing and adds little."""
        # uWSGI and gunicorn end idle connections after a few seconds.
        limits = httpx.Limits(keepalive_expiry=1)
        return httpx.Client(
            base_url=self.url, trust_env=False, timeout=60, verify=self._trust, limits=limits
        )

    def connect(self) -> socket.socket:
        """Open a connection to say things that no client says."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        if self.certificate is None:
            return line
        return self.certificate.context.wrap_socket(line, server_hostname="localhost")

    def blobs(self) -> set[str]:
        """Return the digests of all stored blobs."""
        return {path.name for path in (self.folder / "blobs").rglob("*") if path.is_file()}

    def incoming(self) -> list[str]:
        """Return what lies where uploads arrive."""
        return sorted(path.name for path in (self.folder / "blobs.incoming").glob("*"))

    def names(self) -> list[str]:
        """Return all projects on the root page."""
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        answer = self.http.get("/simple/", headers=accept).raise_for_status()
        return [project["name"] for project in answer.json()["projects"]]

    def page(self, project: str) -> dict[str, Any]:
        """Return a project's page as JSON data."""
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        page: dict[str, Any] = (
            self.http.get(f"/simple/{project}/", headers=accept).raise_for_status().json()
        )
        return page

    def filenames(self, project: str) -> list[str]:
        """Return the files on a project's page."""
        return [file["filename"] for file in self.page(project)["files"]]

    @property
    def log(self) -> str:
        """Return all that its processes have written."""
        return self.log_path.read_text()

    @cached_property
    def _app(self) -> Flask:
        return create_app(config.Production(self.settings()))

    @property
    def _trust(self) -> ssl.SSLContext | bool:
        return self.certificate.context if self.certificate else False

    def _ask(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", trust_env=False, verify=self._trust)

    def _doors(self) -> dict[str, str]:
        doors = {"PREFIX": self.prefix, "HTTP_LISTEN": ""}
        if self.certificate is not None:
            doors |= {"TLS_CERTIFICATE": str(self.certificate.path)}
            doors |= {"TLS_KEY": str(self.certificate.key)}
        return doors

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.environ().get(MARK) == self.mark
        except psutil.Error:
            return False

    def becomes(self, status: int) -> bool:
        """Wait until /readyz, which remembers for a second, has a status; tell if it came."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._ask("/readyz").status_code != status:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def await_ready(self) -> None:
        """Wait until it can serve."""
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if self._ask("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{self.server} did not start:\n{self.log[-4000:]}")


def _peak_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
