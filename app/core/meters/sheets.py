"""What processes have counted, as files: a sheet for each, and one for all that have ended.

A process holds a lock on a file beside its sheet for as long as it lives, so the kernel
tells who has ended, however that came. Those sheets are added up: a sum never falls, and
restarts leave no files behind.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Series = tuple[str, ...]

_ALIVE, _SHEET, _DRAFT, _ENDED = ".alive", ".json", ".draft", "ended"
# Of versions that named things otherwise, too.
_MOST_KEPT = 20_000


@dataclass(frozen=True)
class Sheet:
    """Counts that only grow, by name and labels, and samples of a moment, by name."""

    counts: dict[Series, list[float]] = field(default_factory=dict)
    samples: dict[str, float] = field(default_factory=dict)
    # The processes whose counts are in here, as long as their files may be left.
    holds: tuple[str, ...] = ()


class Sheets:
    """The folder of all sheets, and the one of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._life: int | None = None

    def forget(self) -> None:
        """Leave the sheet to the process that forked this one."""
        if self._life is not None:
            os.close(self._life)
        self._name, self._life = "", None

    def keep(self, sheet: Sheet) -> None:
        """Write the sheet of this process."""
        if self._life is None or not self._path(self._name, _ALIVE).exists():
            self._open()
        _write(self._path(self._name, _SHEET), sheet)

    def read_all(self) -> list[Sheet]:
        """Return what is left of all that have ended, and then a sheet for each that lives."""
        with self._alone():
            ended, living = self._settle()
        return [ended, *(_read(self._path(name, _SHEET)) for name in living)]

    def _open(self) -> None:
        self.forget()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            self._settle()
            name = secrets.token_hex(8)
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC
            self._life = os.open(self._path(name, _ALIVE), flags, 0o600)
            fcntl.flock(self._life, fcntl.LOCK_EX)
            self._name = name

    def _settle(self) -> tuple[Sheet, list[str]]:
        """Add the sheets of all that have ended to what is kept of them."""
        names = sorted(path.stem for path in self._folder.glob(f"*{_ALIVE}"))
        gone = [name for name in names if name != self._name and _is_gone(self._path(name, _ALIVE))]
        kept = _read(self._path(_ENDED, _SHEET))
        new = [name for name in gone if name not in kept.holds]
        if new:
            sheets = [_read(self._path(name, _SHEET)) for name in new]
            kept = Sheet(counts=add_up([kept, *sheets]), holds=tuple(gone))
            # First written, then removed: who is killed in between counts nothing twice.
            _write(self._path(_ENDED, _SHEET), kept)
        for name in gone:
            for ending in (_SHEET, _DRAFT, _ALIVE):
                self._path(name, ending).unlink(missing_ok=True)
        return kept, [name for name in names if name not in gone]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}{ending}"


def add_up(sheets: list[Sheet]) -> dict[Series, list[float]]:
    """Return the sums of all counts; a series that changed its form begins anew."""
    sums: dict[Series, list[float]] = {}
    for sheet in sheets:
        for series, values in sheet.counts.items():
            before = sums.get(series)
            if before is not None and len(before) == len(values):
                sums[series] = [one + more for one, more in zip(before, values, strict=True)]
            elif before is not None or len(sums) < _MOST_KEPT:
                sums[series] = list(values)
    return sums


def _is_gone(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _read(path: Path) -> Sheet:
    """Return a sheet; one that is not there, or that a broken disk has left, is empty."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return _parse(json.loads(path.read_bytes()))
    return Sheet()


def _parse(told: dict[str, Any]) -> Sheet:
    counts = {
        tuple(map(str, series)): list(map(float, values)) for series, values in told["counts"]
    }
    samples = {str(name): float(value) for name, value in told["samples"].items()}
    return Sheet(counts=counts, samples=samples, holds=tuple(told["holds"]))


def _write(path: Path, sheet: Sheet) -> None:
    told = {"counts": list(sheet.counts.items()), "samples": sheet.samples, "holds": sheet.holds}
    draft = path.with_suffix(_DRAFT)
    try:
        # Readers find the sheet before or the new one, and never a part.
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump(told, file, separators=(",", ":"))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
