"""A drill: restoring a backup somewhere else, starting it and installing from it."""

import signal
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from app.backup.choosing import choose
from app.backup.copying import Pace
from app.backup.exceptions import DrillFailed
from app.backup.keeping import Keeping
from app.backup.making import make_backup
from app.backup.manifest import POSTGRESQL
from app.backup.packages import choose_wheels, find_pip, install, is_guarded
from app.backup.scratch import Scratch
from app.backup.vault import Backup, Vault
from app.core.exceptions import DomainError

_CHECK = "check"


@dataclass(frozen=True)
class Step:
    """What was tried, how it went, and how many seconds it took."""

    name: str
    is_good: bool
    told: str
    seconds: float


@dataclass
class Drill:
    """The steps of a drill; one that failed is the last."""

    scratch: Scratch
    count: int
    pip: list[str] | None
    steps: list[Step] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Tell whether all went well."""
        return all(step.is_good for step in self.steps)

    def run(self, root: Path | None, at: str | None) -> None:
        """Take all steps, those that can be taken."""
        with ExitStack() as stack:
            kept: list[Backup] = []
            self._try("backup", lambda: self._find(root, at, kept))
            self._try("restore", lambda: self._restore(kept[0]))
            self._try("start", lambda: self._start(stack))
            self._try("install", self._install)
        self._try("check", lambda: self._check(kept[0]))

    def _try(self, name: str, deed: Callable[[], str]) -> None:
        if not self.is_good:
            return
        began, is_good = time.monotonic(), True
        try:
            told = deed()
        except (DomainError, OSError) as error:
            told, is_good = str(error), False
        self.steps.append(Step(name, is_good, told, round(time.monotonic() - began, 1)))

    def _find(self, root: Path | None, at: str | None, kept: list[Backup]) -> str:
        if root is None:
            made = make_backup(self.scratch.folder / "backups", keeping=Keeping(), pace=Pace())
            kept.append(made.backup)
            return f"{made.backup.name}, made for this drill"
        kept.append(choose(Vault(root), at))
        return kept[0].name

    def _restore(self, backup: Backup) -> str:
        folder = str(backup.folder.parent)
        return self.scratch.run("restore", folder, "--at", backup.name).splitlines()[0]

    def _start(self, stack: ExitStack) -> str:
        stack.enter_context(self.scratch.served())
        return f"ready on port {self.scratch.port}"

    def _install(self) -> str:
        token = self.scratch.make_token() if is_guarded(self.scratch) else None
        headers = {} if token is None else _login(token)
        wheels = choose_wheels(self.scratch, self.count, headers)
        if not wheels:
            return "no wheels that this Python can install"
        install(self.scratch, wheels, self.pip or find_pip(self.scratch), token)
        names = ", ".join(sorted(wheel.project for wheel in wheels))
        return f"{len(wheels)} packages, all hashes right: {names}"

    def _check(self, backup: Backup) -> str:
        if backup.manifest.database == POSTGRESQL:
            # Here the worker would have made them, and there is none.
            self.scratch.run("search", "rebuild")
        lines = self.scratch.run(_CHECK).splitlines()
        return lines[-1] if lines else "nothing was found"


def hold_drill(
    root: Path | None, *, at: str | None, count: int, pip: list[str] | None, folder: Path | None
) -> list[Step]:
    """Take all steps in a new folder, of which nothing is left afterwards."""
    try:
        with (
            _ending_told(),
            tempfile.TemporaryDirectory(prefix="tilsit-drill-", dir=folder) as name,
        ):
            drill = Drill(Scratch(Path(name)), count, pip)
            drill.run(root, at)
    except OSError as error:
        raise DrillFailed(f"The drill has no place ({error}): name one with --scratch.") from error
    return drill.steps


@contextmanager
def _ending_told() -> Iterator[None]:
    """Let a signal that asks for the end clean up as well."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(1)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _login(token: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"__token__:{token}".encode()).decode()}
