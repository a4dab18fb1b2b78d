"""The map of all pages, for those who visit them all."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

from flask.typing import ResponseReturnValue

from app.feeds import maps, sitemaps
from app.feeds.exceptions import MapClosed, PartNotFound
from app.feeds.maps import Address, Part, Section
from app.feeds.views import bp
from app.indexes.queries import PUBLIC, get_index, openness
from app.web.documents import (
    answer_document,
    compress,
    is_gzip_wanted,
    make_conditional,
    make_document,
    mark_public,
)
from app.web.http import absolute_url, base_url

# Numbers of rows have 32 bits, and PostgreSQL takes no greater ones: no part is behind this.
_MOST_PARTS = 400_000
_VARY = ("Accept-Encoding",)


@bp.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Name all parts of the map."""
    _demand_open()
    parts = (
        (absolute_url("feeds.sitemap_part", section=section.name, number=part.number), part)
        for section in maps.list_sections()
        for part in section.list_parts()
    )
    body = sitemaps.write_index((url, part.changed_at) for url, part in parts).encode()
    is_packed = is_gzip_wanted()
    return answer_document(
        compress(body) if is_packed else body,
        content_type=sitemaps.CONTENT_TYPE,
        etag=_tag(body, is_packed=is_packed),
        encoding="gzip" if is_packed else None,
        vary=_VARY,
    )


@bp.get(f"/sitemap-<section>-<int(min=1, max={_MOST_PARTS}):number>.xml")
def sitemap_part(section: str, number: int) -> ResponseReturnValue:
    """Tell of the pages in one part of the map."""
    _demand_open()
    found = maps.find_section(section)
    part = None if found is None else found.find_part(number)
    if found is None or part is None:
        raise PartNotFound
    is_packed = is_gzip_wanted()
    response = make_document(
        b"",
        content_type=sitemaps.CONTENT_TYPE,
        etag=_tag(f"{part} {base_url()}".encode(), is_packed=is_packed),
        encoding="gzip" if is_packed else None,
        vary=_VARY,
    )
    if make_conditional(response).status_code == 304:
        return response
    body = sitemaps.write_part(_begin(found, part))
    response.response = sitemaps.compress(body) if is_packed else body
    del response.content_length
    return response


def _demand_open() -> None:
    if openness(get_index()) != PUBLIC:
        raise MapClosed
    mark_public()


def _begin(section: Section, part: Part) -> Iterator[Address]:
    """Return the addresses of a part, of which there must be one: no sitemap is empty."""
    addresses = section.addresses(part.number)
    first = next(addresses, None)
    if first is None:
        raise PartNotFound
    return chain([first], addresses)


def _tag(content: bytes, *, is_packed: bool) -> str:
    return blake2b(content, digest_size=16).hexdigest() + ("-gzip" if is_packed else "")
