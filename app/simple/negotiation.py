"""Which representation of an index page a caller wants (PEP 691)."""

from dataclasses import dataclass

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


@dataclass(frozen=True)
class Representation:
    """One form of a page. `number` tells the forms apart in validators."""

    content_type: str
    is_json: bool
    number: int


HTML = Representation("text/html; charset=utf-8", False, 0)
V1_HTML = Representation("application/vnd.pypi.simple.v1+html; charset=utf-8", False, 1)
# Exactly this: with a parameter behind it some installers do not know it again.
V1_JSON = Representation("application/vnd.pypi.simple.v1+json", True, 2)

# In the order of our own liking: who names nothing gets HTML, as PEP 691 asks.
_OFFERS = {
    "text/html": HTML,
    "application/vnd.pypi.simple.v1+json": V1_JSON,
    "application/vnd.pypi.simple.v1+html": V1_HTML,
    # PEP 691: `latest` is answered with the real type.
    "application/vnd.pypi.simple.latest+json": V1_JSON,
    "application/vnd.pypi.simple.latest+html": V1_HTML,
}
OFFERED = ", ".join(_OFFERS)


def choose(accept: str | None, *, wanted: str | None = None) -> Representation | None:
    """Return the representation for an Accept header, or None if there is none.

    `wanted` is what the URL's `format` says; if known it beats the header. The
    most specific range decides over a type, then the higher quality wins, then
    the type that was named more exactly, then our own order.
    """
    # A plus sign in a query is read as a space.
    chosen = _OFFERS.get((wanted or "").replace(" ", "+"))
    if chosen is not None:
        return chosen
    if not (accept or "").strip():
        return HTML
    ranges = parse_accept_header(accept, MIMEAccept)
    rated = [(*_rate(ranges, offer), offer) for offer in _OFFERS]
    quality, _exactness, offer = max(rated, key=lambda rating: rating[:2])
    return _OFFERS[offer] if quality > 0 else None


def _rate(ranges: MIMEAccept, offer: str) -> tuple[float, int]:
    # Werkzeug sorts by exactness first, so the first that fits is the one that counts.
    position = ranges.find(offer)
    if position < 0:
        return 0, 0
    named, quality = ranges[position]
    if "*" in named and ".latest+" in offer:
        # A wildcard speaks of the type that is really sent, and that one is rated itself.
        return 0, 0
    return quality, 2 - named.count("*")
