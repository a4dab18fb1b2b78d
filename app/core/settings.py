"""Facts about this installation that live in the database, by key.

Those that every page needs are shared: one statement reads them all, and for
pages that only show something each process remembers them for a second.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g, has_request_context
from sqlalchemy import select

from app.core.database import after_commit
from app.core.models import Setting
from app.core.runtime import part
from app.extensions import db

REMEMBERED_SECONDS = 1.0

_MEMORY = "shared_settings"
_shared: set[str] = set()


@dataclass
class Memory:
    """What a process remembers of the shared facts, until a moment of its monotonic clock."""

    facts: dict[str, Any] = field(default_factory=dict)
    good_until: float = 0.0

    def clear(self) -> None:
        """Forget everything."""
        self.good_until = 0.0


def remember_shared(app: Flask) -> None:
    """Give an application the memory of shared facts."""
    app.extensions[_MEMORY] = Memory()


def find_setting(key: str) -> Any:
    """Return the value kept under a key, or None."""
    row = db.session.get(Setting, key)
    return None if row is None else row.value


def keep_setting(key: str, value: Any) -> None:
    """Keep a value, which JSON must be able to hold, under a key."""
    db.session.merge(Setting(key=key, value=value))
    if key in _shared:
        after_commit(part(_MEMORY).clear)


def share(key: str) -> str:
    """Let a key be read together with all that pages need, and return it."""
    _shared.add(key)
    return key


def find_shared(key: str) -> Any:
    """Return the value of a shared key, the same during a whole request, or None."""
    if not has_request_context():
        return find_setting(key)
    if _MEMORY not in g:
        g.shared_settings = recall_shared()
    return g.shared_settings.get(key)


def read_shared_anew() -> None:
    """Let the rest of the request see shared facts as they are now, remembered by nobody."""
    g.shared_settings = _read()


def recall_shared() -> dict[str, Any]:
    """Return the shared facts as this process remembers them, read again when it is time."""
    memory: Memory = part(_MEMORY)
    if time.monotonic() >= memory.good_until:
        memory.facts = _read()
        memory.good_until = time.monotonic() + REMEMBERED_SECONDS
    return memory.facts


def _read() -> dict[str, Any]:
    # Columns, not rows: what a transaction changes later is asked of the database anew.
    wanted = select(Setting.key, Setting.value).where(Setting.key.in_(sorted(_shared)))
    return {row.key: row.value for row in db.session.execute(wanted)}
