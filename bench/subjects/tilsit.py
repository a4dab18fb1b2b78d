"""Tilsit itself, from this clone, as `serve` starts it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.environments import ROOT
from bench.processes import plain_environ
from bench.subjects.base import Door, Installed

ACCOUNT = "bench"
IMPORT_SECONDS = 900


class Tilsit(Installed):
    """The embedded server with SQLite and a folder, as it comes."""

    ready_path = "/readyz"

    def __init__(self, processes: int) -> None:
        self.name = "Tilsit" if processes == 1 else f"Tilsit, {processes} processes"
        self.processes = processes
        self._token: str | None = None
        super().__init__()

    def command(self) -> Sequence[str]:
        """Return what `make run` runs, without demo projects."""
        return [sys.executable, str(ROOT / "manage.py"), "serve", "--no-seed"]

    def environ(self) -> dict[str, str]:
        """Return its settings; all others keep their defaults."""
        return {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "WEB_PROCESSES": str(self.processes),
        }

    def empty(self) -> None:
        """Remove all its files, and with them the token."""
        self._token = None
        super().empty()

    def door(self) -> Door | None:
        """Return its upload address with a token of an account made for this."""
        if self._token is None:
            self._manage("user", "create", ACCOUNT, f"{ACCOUNT}@example.com", "--password-stdin")
            self._token = self._manage("token", "create", ACCOUNT).strip()
        return Door(f"{self.url}/legacy/", "__token__", self._token)

    def place(self, files: Sequence[Path]) -> bool:
        """Import what is very much, as its documentation has it; the rest takes the door."""
        folders = {path.parent for path in files}
        if len(files) < 1000 or len(folders) > 1:
            return False
        self._manage("import", str(folders.pop()), "--owner", ACCOUNT)
        return True

    def _manage(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env={**plain_environ(), **self.environ()},
            input=os.urandom(12).hex(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=IMPORT_SECONDS,
        )
        return done.stdout
