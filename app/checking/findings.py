"""What a check says: one thing that is wrong, and how it can be mended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong. `kind` never changes, for those who write alarms and scripts.

    `subject` names what it is about, `detail` tells what is wrong with it and `cure` what
    can be done. `mend` does that without guessing; it is None where only people can.
    """

    kind: str
    subject: str
    detail: str
    cure: str
    mend: Callable[[], None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Wanted:
    """How deep to look, and where bytes that are missing may be had.

    `hashes` is whether all bytes are read and compared with their digests; `source` is a
    folder, such as a backup, that has blobs under their digests.
    """

    hashes: bool = False
    source: Path | None = None


@dataclass(frozen=True)
class Check:
    """One kind of looking, in steps that are judged one by one.

    A step is judged again before anything that it has shown is believed or mended: the
    house goes on while it is checked.
    """

    label: str
    judge: Callable[[Any], Iterable[Finding]]
    steps: Callable[[], Sequence[Any]] = lambda: (None,)


# Returns the check that fits what is wanted, or None if none does.
Checker = Callable[[Wanted], Check | None]

_checkers: list[Checker] = []


def register(*checkers: Checker) -> None:
    """Name all who look for something, in place of those before; mending goes in their order."""
    _checkers[:] = checkers


def list_checks(wanted: Wanted) -> Iterator[Check]:
    """Yield the checks that fit what is wanted."""
    for checker in _checkers:
        check = checker(wanted)
        if check is not None:
            yield check
