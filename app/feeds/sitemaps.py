"""The map of all pages as sitemaps (sitemaps.org), with the languages that each page has."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from xml.sax.saxutils import escape

from app.core.i18n import ARGUMENT
from app.feeds.maps import Address
from app.feeds.markup import DECLARATION, element, parent

CONTENT_TYPE = "application/xml; charset=utf-8"

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HEAD = f'{DECLARATION}<urlset xmlns="{_NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
_TAIL = "</urlset>\n"
_CHUNK = 500
_GZIP = 16 + zlib.MAX_WBITS


def write_index(parts: Iterable[tuple[str, datetime | None]]) -> str:
    """Return the sitemap that names all others, given by their addresses and times."""
    entries = (
        parent("sitemap", [element("loc", url), *([_changed(at)] if at else [])])
        for url, at in parts
    )
    return DECLARATION + parent("sitemapindex", entries, {"xmlns": _NAMESPACE})


def write_part(addresses: Iterator[Address]) -> Iterator[bytes]:
    """Yield a sitemap bit by bit."""
    yield _HEAD.encode()
    while chunk := list(islice(addresses, _CHUNK)):
        yield "".join(map(_write, chunk)).encode()
    yield _TAIL.encode()


def compress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what is written, compressed with gzip."""
    packer = zlib.compressobj(5, zlib.DEFLATED, _GZIP)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def list_languages(address: Address) -> list[tuple[str, str]]:
    """Return the addresses of a page in each of its languages, and in that of the reader."""
    if len(address.languages) < 2:
        return []
    named = [
        (code.replace("_", "-"), f"{address.url}?{ARGUMENT}={code}") for code in address.languages
    ]
    return [*named, ("x-default", address.url)]


def _write(address: Address) -> str:
    # By hand: there are ten thousand of them in a part.
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(url)}"/>'
        for code, url in list_languages(address)
    )
    changed = _changed(address.changed_at) if address.changed_at else ""
    return f"<url><loc>{escape(address.url)}</loc>{changed}{links}</url>\n"


def _changed(moment: datetime) -> str:
    return f"<lastmod>{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z</lastmod>"
