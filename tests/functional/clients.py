"""The real clients, each in an environment of its own, kept between runs."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.functional.house import ROOT

PINS = Path(__file__).parent / "clients"
FOLDER = ROOT / ".test" / "clients"
UV = "uv"
TIMEOUT_SECONDS = 180


@dataclass(frozen=True)
class Outcome:
    """How a client ended and what it said."""

    status: int
    output: str


class Clients:
    """All clients, installed on first use."""

    def install(self) -> None:
        """Install what is missing: uv first, which then installs the others side by side."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "lock").open("w") as lock:
            # Several processes of tests begin at once.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._install(UV)
            others = [path.stem for path in PINS.glob("*.txt") if path.stem != UV]
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(self._install, others))

    def program(self, client: str, name: str | None = None) -> str:
        """Return the path of a program of a client."""
        return str(FOLDER / client / "bin" / (name or client))

    @cached_property
    def uv(self) -> str:
        """Return the path of uv."""
        return self.program(UV)

    def _install(self, client: str) -> None:
        target, pins = FOLDER / client, PINS / f"{client}.txt"
        stamp = target / "stamp"
        wanted = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(target, ignore_errors=True)
        if client == UV:
            venv.create(target, with_pip=True)
            install = [self.program(UV, "python"), "-m", "pip", "install", "-q"]
        else:
            _check([self.uv, "venv", "-q", "--python", sys.executable, str(target)])
            python = self.program(client, "python")
            install = [self.uv, "pip", "install", "-q", "--python", python]
        _check([*install, "-r", str(pins)])
        stamp.write_text(wanted)


class Workbench:
    """A folder with a home of its own, in which clients are run."""

    def __init__(self, folder: Path, clients: Clients) -> None:
        self.folder = folder
        self.clients = clients
        self.home = folder / "home"
        self.home.mkdir(parents=True)

    def environ(self, **more: str) -> dict[str, str]:
        """Return an environment that knows nothing of this machine's settings."""
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "LANG": "C.UTF-8",
            "COLUMNS": "1000",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "UV_NO_CONFIG": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "NO_PROXY": "127.0.0.1",
            **more,
        }

    def run(self, *command: str, cwd: Path | None = None, **environ: str) -> Outcome:
        """Run a program to its end; environment variables are added by keyword."""
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        return Outcome(done.returncode, done.stdout)

    def pip(self, *args: str, **environ: str) -> Outcome:
        """Run pip on the environment of this workbench."""
        pip = self.clients.program("pip")
        return self.run(pip, "--python", self.python, *args, **environ)

    def uv(self, *args: str, **environ: str) -> Outcome:
        """Run uv; `pip install` goes to the environment of this workbench."""
        return self.run(self.clients.uv, *args, VIRTUAL_ENV=str(self._venv), **environ)

    def tool(self, client: str, *args: str, cwd: Path | None = None, **environ: str) -> Outcome:
        """Run a client by its own name."""
        name = "twine" if client.startswith("twine") else client
        return self.run(self.clients.program(client, name), *args, cwd=cwd, **environ)

    def versions(self) -> dict[str, str]:
        """Return what is installed in the environment of this workbench."""
        listed = self.uv("pip", "freeze")
        assert listed.status == 0, listed.output
        return dict(line.split("==") for line in listed.output.splitlines() if "==" in line)

    @cached_property
    def python(self) -> str:
        """Return the Python of an empty environment, made on first use."""
        return str(self._venv / "bin" / "python")

    @cached_property
    def _venv(self) -> Path:
        target = self.folder / "venv"
        _check([self.clients.uv, "venv", "-q", "--python", sys.executable, str(target)])
        return target


def _check(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
