"""The frozen values that feeds are written from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class News:
    """A release, or a project by its newest one, that an index has since a moment.

    `uploaded_at` is when the release was published; `was` is there because a file
    may have had another digest before, which nobody asks of a release.
    """

    index_id: int
    name: str
    normalized_name: str
    version: str
    summary: str
    people: tuple[str, ...]
    moment: datetime
    uploaded_at: datetime
    was: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One piece of news as feeds show it; `link` is where it is told, and stays its name."""

    title: str
    link: str
    text: str
    moment: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed: `link` leads to the page that people read, `address` to the feed itself.

    `name` is the address without what the reader may choose, so it stays the same.
    """

    title: str
    text: str
    link: str
    address: str
    name: str
    site: str
    language: str
    changed_at: datetime
    entries: tuple[Entry, ...]
