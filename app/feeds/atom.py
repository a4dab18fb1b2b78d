"""Feeds as Atom (RFC 4287)."""

from collections.abc import Iterator
from datetime import datetime

from app.feeds.entries import Entry, Feed
from app.feeds.markup import DECLARATION, element, parent

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def write(feed: Feed) -> str:
    """Return a feed as a document."""
    root = {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": feed.language}
    return DECLARATION + parent("feed", (*_head(feed), *map(_entry, feed.entries)), root)


def _head(feed: Feed) -> Iterator[str]:
    itself = {"href": feed.address, "rel": "self", "type": "application/atom+xml"}
    page = {"href": feed.link, "rel": "alternate", "type": "text/html"}
    yield element("id", feed.name)
    yield element("title", feed.title)
    yield element("subtitle", feed.text)
    yield element("updated", _moment(feed.changed_at))
    yield element("link", attributes=itself)
    yield element("link", attributes=page)
    # Every entry must have an author, its own or the feed's.
    yield _author(feed.site)


def _entry(entry: Entry) -> str:
    page = {"href": entry.link, "rel": "alternate", "type": "text/html"}
    parts = (
        element("id", entry.link),
        element("title", entry.title),
        element("updated", _moment(entry.moment)),
        element("published", _moment(entry.moment)),
        element("link", attributes=page),
        element("summary", entry.text),
    )
    return parent("entry", (*parts, *map(_author, entry.people)))


def _author(name: str) -> str:
    return parent("author", [element("name", name)])


def _moment(moment: datetime) -> str:
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
