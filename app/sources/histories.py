"""The history of a project as the files of its index page tell it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from packaging.version import Version

from app.projects.versions import canonical, parse_version, sort_key
from app.sources.page import ReleaseLine

_STABLE, _PRERELEASE, _LEGACY, _YANKED = range(4)


class Shipped(Protocol):
    """What a history must know of a file."""

    @property
    def version(self) -> str:
        """Return the version that its name tells."""

    @property
    def uploaded_at(self) -> datetime | None:
        """Return when it came, or None if nobody said."""

    @property
    def is_yanked(self) -> bool:
        """Tell whether it was taken back."""

    @property
    def yanked_reason(self) -> str:
        """Return why it was taken back."""


@dataclass
class _Tally:
    """The files of a version, counted."""

    files: int = 0
    yanked: int = 0
    reason: str = ""
    times: list[datetime] = field(default_factory=list)


def list_lines(versions: Iterable[str], files: Iterable[Shipped]) -> tuple[ReleaseLine, ...]:
    """Return a line for each version, newest first; those that PEP 440 does not know come last.

    A release is yanked when all its files are. A version without files is none.
    """
    tallies: dict[str, _Tally] = {version: _Tally() for version in versions}
    for file in files:
        tally = tallies.get(file.version) or tallies.setdefault(file.version, _Tally())
        tally.files += 1
        if file.is_yanked:
            tally.yanked += 1
            tally.reason = tally.reason or file.yanked_reason
        if file.uploaded_at is not None:
            tally.times.append(file.uploaded_at)
    known = [(version, parse_version(version)) for version, tally in tallies.items() if tally.files]
    known.sort(key=_place, reverse=True)
    return tuple(_line(version, parsed, tallies[version]) for version, parsed in known)


def choose(lines: Sequence[ReleaseLine]) -> ReleaseLine | None:
    """Return the release that people should install, of those that stand newest first."""
    return min(lines, key=_preference, default=None)


def choose_stable(lines: Sequence[ReleaseLine]) -> ReleaseLine | None:
    """Return the newest release that is neither yanked nor a pre-release, or None."""
    return next((line for line in lines if _preference(line) == _STABLE), None)


def find_line(lines: Sequence[ReleaseLine], version: str) -> ReleaseLine | None:
    """Return the release of a version in any of its spellings, or None."""
    exact = next((line for line in lines if line.version == version), None)
    parsed = parse_version(version)
    if exact is not None or parsed is None:
        return exact
    wanted = canonical(parsed)
    return next((line for line in lines if _canonical(line.version) == wanted), None)


def _line(version: str, parsed: Version | None, tally: _Tally) -> ReleaseLine:
    is_yanked = tally.yanked == tally.files
    return ReleaseLine(
        version=version,
        published_at=min(tally.times, default=None),
        file_count=tally.files,
        is_prerelease=parsed is not None and parsed.is_prerelease,
        is_yanked=is_yanked,
        yanked_reason=tally.reason if is_yanked else "",
    )


def _place(known: tuple[str, Version | None]) -> tuple[bool, bytes, str]:
    version, parsed = known
    return parsed is not None, b"" if parsed is None else sort_key(parsed), version


def _preference(line: ReleaseLine) -> int:
    if line.is_yanked:
        return _YANKED
    if parse_version(line.version) is None:
        return _LEGACY
    return _PRERELEASE if line.is_prerelease else _STABLE


def _canonical(version: str) -> str | None:
    parsed = parse_version(version)
    return None if parsed is None else canonical(parsed)
