"""Whether a file may be served: a pure function of what is known of it, the rules and the time.

It does not ask who is reading: a page is the same for all readers of an index, and
each of its files must agree with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.policy.rules import FILE_CHANGED, NO_UPLOAD_TIME, TOO_YOUNG, Refusal
from app.policy.terms import Terms
from app.sources.page import FileLink

# An upstream may name any time at all, and what is added to it must stay a time.
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


class Entry(Protocol):
    """What must be known of a file, of whatever kind: a link, one that is here, one that is not."""

    @property
    def version(self) -> str:
        """Return its version, or nothing if its name does not tell it."""

    @property
    def uploaded_at(self) -> datetime | None:
        """Return when its upstream got it, if that was told."""

    @property
    def was(self) -> str:
        """Return the SHA-256 that its name stood for before, if that was another one."""


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """Files that are served, those that are not and why, and when there will be more of them."""

    served: tuple[FileLink, ...]
    refused: tuple[tuple[FileLink, Refusal], ...]

    @property
    def changes_at(self) -> datetime | None:
        """Return the next moment at which a file becomes old enough, or None."""
        moments = [refusal.until for _file, refusal in self.refused if refusal.until is not None]
        return min(moments, default=None)


def judge(entry: Entry, terms: Terms, now: datetime) -> Refusal | None:
    """Return why a file is not served at a moment, or None if it is."""
    refusal, may_be_young, may_change = terms.of_version(entry.version)
    if refusal is not None or not terms.is_mirrored:
        return refusal
    if entry.was and not may_change:
        return Refusal(code=FILE_CHANGED)
    if may_be_young or not terms.age:
        return None
    if entry.uploaded_at is None:
        return Refusal(code=NO_UPLOAD_TIME)
    until = min(entry.uploaded_at, _LAST) + terms.age
    return None if until <= now else Refusal(code=TOO_YOUNG, until=until)


def sift(files: Iterable[FileLink], terms: Terms, now: datetime) -> Sifted:
    """Judge the files of one project."""
    served: list[FileLink] = []
    refused: list[tuple[FileLink, Refusal]] = []
    for file in files:
        refusal = judge(file, terms, now)
        if refusal is None:
            served.append(file)
        else:
            refused.append((file, refusal))
    return Sifted(served=tuple(served), refused=tuple(refused))
