"""Histories that were found out a short time ago."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from app.policy.history import History
from app.policy.terms import Rules

HISTORIES = "policy_histories"
# So many versions in all take some twenty megabytes; a history itself takes as much as ten.
_MOST_VERSIONS, _VERSIONS_PER_HISTORY = 50_000, 10


@dataclass(frozen=True)
class Subject:
    """A project by its normalised name, the index that has it, and the rules of a path to that.

    The same rules are the same object: a process remembers those of each path.
    """

    name: str
    slug: str
    rules: Rules

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what tells it from all others, as long as it is remembered."""
        return self.name, self.slug, id(self.rules)


class RecentHistories:
    """What a process remembers; those used longest ago are forgotten first."""

    def __init__(self, most_versions: int = _MOST_VERSIONS) -> None:
        self._most_versions = most_versions
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, int], tuple[Subject, int, History]] = OrderedDict()
        self._versions = 0

    def find(self, subject: Subject, serial: int, now: datetime) -> History | None:
        """Return the history of the page of a number if it is right at a moment, or None."""
        with self._lock:
            kept = self._kept.get(subject.key)
            if kept is None or kept[1] != serial or kept[2].is_over(now):
                return None
            self._kept.move_to_end(subject.key)
            return kept[2]

    def keep(self, subject: Subject, serial: int, history: History) -> None:
        """Remember a history in place of the one before."""
        with self._lock:
            before = self._kept.pop(subject.key, None)
            self._versions += _cost(history) - (_cost(before[2]) if before else 0)
            self._kept[subject.key] = (subject, serial, history)
            while self._versions > self._most_versions and len(self._kept) > 1:
                _key, (_subject, _serial, oldest) = self._kept.popitem(last=False)
                self._versions -= _cost(oldest)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._versions = 0


def _cost(history: History) -> int:
    return _VERSIONS_PER_HISTORY + len(history.versions)
