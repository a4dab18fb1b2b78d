"""Feeds as RSS 2.0."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from html import escape

from app.feeds.entries import Entry, Feed
from app.feeds.markup import DECLARATION, element, parent

CONTENT_TYPE = "application/rss+xml; charset=utf-8"

_ROOT = {
    "version": "2.0",
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def write(feed: Feed) -> str:
    """Return a feed as a document."""
    channel = parent("channel", (*_head(feed), *map(_item, feed.entries)))
    return DECLARATION + parent("rss", [channel], _ROOT)


def _head(feed: Feed) -> Iterator[str]:
    itself = {"href": feed.address, "rel": "self", "type": "application/rss+xml"}
    yield element("title", feed.title)
    yield element("link", feed.link)
    yield element("description", feed.text)
    yield element("language", feed.language)
    yield element("lastBuildDate", _moment(feed.changed_at))
    yield element("atom:link", attributes=itself)


def _item(entry: Entry) -> str:
    people = [element("dc:creator", ", ".join(entry.people))] if entry.people else []
    parts = (
        element("title", entry.title),
        element("link", entry.link),
        # Readers take it for HTML, so what strangers wrote must be none.
        element("description", escape(entry.text)),
        element("guid", entry.link, {"isPermaLink": "true"}),
        element("pubDate", _moment(entry.moment)),
    )
    return parent("item", (*parts, *people))


def _moment(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
