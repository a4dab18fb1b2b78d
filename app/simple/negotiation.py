"""Which form of an index page a caller wants (PEP 691)."""

from dataclasses import dataclass, replace

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from app.web.documents import prefers_gzip

_COMPRESSED = 4


@dataclass(frozen=True)
class Form:
    """One form of a page.

    `number` tells the forms apart in validators; `ending` names the bytes on
    the shelf, which two forms of one text share.
    """

    content_type: str
    ending: str
    number: int
    is_compressed: bool = False

    @property
    def encoding(self) -> str | None:
        """Return what the bytes are compressed with."""
        return "gzip" if self.is_compressed else None


HTML = Form("text/html; charset=utf-8", "html", 0)
V1_HTML = Form("application/vnd.pypi.simple.v1+html; charset=utf-8", "html", 1)
# Exactly this: with a parameter behind it some installers do not know it again.
V1_JSON = Form("application/vnd.pypi.simple.v1+json", "json", 2)

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


def negotiate(
    accept: str | None, accept_encoding: str | None, *, wanted: str | None = None
) -> Form | None:
    """Return the form for a caller's headers, compressed if it likes that, or None.

    `wanted` is what the URL's `format` says; if known it beats the Accept header.
    """
    form = choose(accept, wanted=wanted)
    if form is None or not prefers_gzip(accept_encoding):
        return form
    return compressed(form)


def compressed(form: Form) -> Form:
    """Return the same form with its bytes compressed."""
    return replace(
        form, ending=f"{form.ending}.gz", number=form.number + _COMPRESSED, is_compressed=True
    )


def choose(accept: str | None, *, wanted: str | None = None) -> Form | None:
    """Return the form for an Accept header, or None if there is none.

    The most specific range decides over a type, then the higher quality wins,
    then the type that was named more exactly, then our own order.
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
