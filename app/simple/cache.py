"""A cache in memory that is bounded by what its values take."""

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Keep what was asked for last, in two generations that take half of `limit` bytes each.

    When the young one is full it becomes the old one, and what is asked for
    there moves over; so reading needs no lock and no list of who came when.
    """

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._young: dict[Hashable, tuple[Value, int]] = {}
        self._old: dict[Hashable, tuple[Value, int]] = {}
        self._size = 0
        self._lock = threading.Lock()

    @property
    def largest(self) -> int:
        """Return how many bytes a value may take to be kept at all."""
        return self._half // 4

    def get(self, key: Hashable) -> Value | None:
        """Return a value that is kept, or None."""
        found = self._young.get(key)
        if found is not None:
            return found[0]
        found = self._old.get(key)
        if found is None:
            return None
        self.put(key, *found)
        return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value that takes `size` bytes, in place of the one before."""
        with self._lock:
            before = self._young.pop(key, None)
            self._old.pop(key, None)
            self._size -= before[1] if before is not None else 0
            if size > self.largest:
                return
            if self._size + size > self._half:
                self._old, self._young, self._size = self._young, {}, 0
            self._young[key] = (value, size)
            self._size += size
