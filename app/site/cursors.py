"""Where a page of a long list begins, as an address carries it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.search.turning import Key, Place

_BETWEEN = "~"
_LONGEST = 700
_GREATEST = 10**15


def moment(text: str) -> datetime:
    """Read a time as ISO 8601 writes it; raises `ValueError` unless it is one that can be."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not 1970 < at.year < 9999:
        raise ValueError
    return at.astimezone(UTC)


def number(text: str) -> int:
    """Read a number; raises `ValueError` unless a database may hold it."""
    if len(text) > len(str(_GREATEST)):
        raise ValueError
    return int(text)


def read_place(after: str | None, before: str | None, *parts: Callable[[str], Any]) -> Place:
    """Return the place that an address names: behind a key, or before one.

    `parts` read the parts of the key. What makes no sense is the first page.
    """
    is_back = before is not None and after is None
    key = _read(before if is_back else after, parts)
    return Place(key, is_back and key is not None)


def write_key(key: Key | None) -> str | None:
    """Return a key as an address carries it."""
    if key is None:
        return None
    return _BETWEEN.join(
        part.isoformat() if isinstance(part, datetime) else str(part) for part in key
    )


def _read(text: str | None, parts: tuple[Callable[[str], Any], ...]) -> Key | None:
    if text is None or len(text) > _LONGEST or "\0" in text:
        return None
    # The last part may hold anything.
    pieces = text.split(_BETWEEN, len(parts) - 1)
    try:
        return tuple(read(piece) for read, piece in zip(parts, pieces, strict=True))
    except ValueError:
        return None
