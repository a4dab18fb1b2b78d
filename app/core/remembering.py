"""What each process remembers of the database, as long as a mark says that it is right."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from flask import Flask

from app.core.database import is_writing
from app.core.runtime import part

REMEMBERED = "remembered"

Found = TypeVar("Found")


def init_app(app: Flask) -> None:
    """Give an application an empty memory."""
    app.extensions[REMEMBERED] = {}


def recall(key: Hashable, mark: object, read: Callable[[], Found]) -> Found:
    """Return what was read under a key, or read it anew if it was at another mark.

    The mark is what every change makes another one, such as a generation. While
    something is being changed nothing is kept, for it may be rolled back.
    """
    remembered: dict[Hashable, tuple[object, Found]] = part(REMEMBERED)
    known = remembered.get(key)
    if known is not None and known[0] == mark:
        return known[1]
    found = read()
    if not is_writing():
        remembered[key] = (mark, found)
    return found
