"""What a subject is: an index that is started, filled, asked and stopped."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.environments import KEPT
from bench.pages import Form
from bench.processes import Server, free_port

DATA = KEPT / "data"


@dataclass(frozen=True)
class Door:
    """Where files are published, and as whom."""

    url: str
    user: str
    password: str


class Subject(Protocol):
    """One index under test. What it cannot do, it says by None."""

    name: str
    # Its own environment below .bench/, to be installed before it starts.
    environment: str | None

    def find_obstacle(self) -> str | None:
        """Return in one sentence why it cannot take part, or None."""

    def start(self) -> None:
        """Start it on what is in its folder and wait until it answers."""

    def stop(self) -> None:
        """Stop it; its files stay."""

    def empty(self) -> None:
        """Remove all its files; it must not be running."""

    def memory(self) -> float:
        """Return the memory of its processes in MiB."""

    def door(self) -> Door | None:
        """Return where it takes uploads, or None when it only serves."""

    def place(self, files: Sequence[Path]) -> bool:
        """Put files where it reads them, if that is a way to fill it, and say whether it was."""

    def page_url(self, project: str, form: Form) -> str:
        """Return the address of a project's index page."""

    def root_url(self, form: Form) -> str:
        """Return the address of the list of all projects."""

    def index_url(self) -> str | None:
        """Return what installers are pointed at, or None when it is no whole index."""


class Installed:
    """What subjects with a server and a folder of their own share."""

    name: str
    environment: str | None = None
    ready_path = "/simple/"
    simple_path = "/simple/"

    def __init__(self) -> None:
        self.folder = DATA / re.sub(r"\W+", "-", self.name.lower())
        self.port = free_port()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Return the address without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    def find_obstacle(self) -> str | None:
        """Return None: what is pinned can be installed."""
        return None

    def command(self) -> Sequence[str]:
        """Return the command line of the server."""
        raise NotImplementedError

    def environ(self) -> dict[str, str]:
        """Return what its environment has beside the plain one."""
        return {}

    def prepare(self) -> None:
        """Lay out its folder before a start."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self._server is None, f"{self.name} is running already"
        self.prepare()
        log = DATA / f"{self.folder.name}.log"
        server = Server(self.command(), log=log, cwd=self.folder)
        # Kept at once, so that a start that is interrupted leaves nothing behind.
        self._server = server
        server.start(self.environ(), self.url + self.ready_path)

    def stop(self) -> None:
        """Stop it; its files stay."""
        if self._server is not None:
            self._server.stop()
        self._server = None

    def empty(self) -> None:
        """Remove all its files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def memory(self) -> float:
        """Return the memory of its processes in MiB."""
        assert self._server is not None
        return self._server.memory()

    def door(self) -> Door | None:
        """Return None: it only serves, unless a subject says otherwise."""
        return None

    def place(self, files: Sequence[Path]) -> bool:
        """Return False: files go through the door."""
        return False

    def page_url(self, project: str, form: Form) -> str:
        """Return the address of a project's index page, the same for all forms."""
        return f"{self.url}{self.simple_path}{project}/"

    def root_url(self, form: Form) -> str:
        """Return the address of the list of all projects."""
        return self.url + self.simple_path

    def index_url(self) -> str | None:
        """Return what installers are pointed at."""
        return self.url + self.simple_path


def lay(path: Path, folder: Path) -> None:
    """Put a file into a folder that is being served: whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    # A name that no server takes for a distribution, on the same file system.
    arriving = folder / f".{path.name}.part"
    shutil.copyfile(path, arriving)
    arriving.replace(folder / path.name)
