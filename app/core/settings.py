"""Facts about this installation that live in the database, by key."""

from typing import Any

from app.core.models import Setting
from app.extensions import db


def find_setting(key: str) -> Any:
    """Return the value kept under a key, or None."""
    row = db.session.get(Setting, key)
    return None if row is None else row.value


def keep_setting(key: str, value: Any) -> None:
    """Keep a value, which JSON must be able to hold, under a key."""
    db.session.merge(Setting(key=key, value=value))
