"""Documents that machines read again and again: validators, compression, caching, CORS."""

import gzip
from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Accept
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import parse_accept_header

from app.core import clock
from app.extensions import csrf
from app.web import errors
from app.web.notices import goes_on

SERIAL = "X-PyPI-Last-Serial"
STALE = "X-Tilsit-Stale"

_GZIP_LEVEL = 5
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"ETag, {SERIAL}, {STALE}",
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, If-Match, If-None-Match, If-Range, Range",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Max-Age": "86400",
}
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


def serve_documents(blueprint: Blueprint, *rules: str) -> None:
    """Let a blueprint finish its answers as documents, and refuse to write at its addresses."""
    csrf.exempt(blueprint)
    blueprint.after_request(finish)
    for rule in rules:
        blueprint.add_url_rule(rule, "read_only", refuse_writing, methods=_WRITING)


def mark_public() -> None:
    """Note that everyone may have the answer, so that browsers' programs and caches may too."""
    g.is_public_document = True


def is_public() -> bool:
    """Tell whether the answer was marked as one for everyone."""
    return bool(g.get("is_public_document", False))


def finish(response: Response) -> Response:
    """Say who may keep an answer, errors included."""
    tell_audience(response, is_public=is_public())
    if is_public() and request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
    return response


def tell_audience(response: Response, *, is_public: bool) -> None:
    """Let everyone keep an answer, or only who asked for it."""
    if is_public:
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.update(_CORS)
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Authorization", "Cookie"))


def answer_document(
    body: bytes, *, content_type: str, etag: str, encoding: str | None, vary: Iterable[str]
) -> Response:
    """Answer with a document, or with 304 when the caller has it already."""
    return make_conditional(
        make_document(body, content_type=content_type, etag=etag, encoding=encoding, vary=vary)
    )


def make_document(
    body: bytes, *, content_type: str, etag: str, encoding: str | None, vary: Iterable[str]
) -> Response:
    """Return a document with its headers, whoever asks for it.

    `encoding` is what the body is compressed with; `etag` must differ for each.
    """
    response = Response(body, content_type=content_type)
    response.set_etag(etag)
    response.vary.update(vary)
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    return response


def tell_stale(response: Response, since: datetime) -> None:
    """Say how many seconds ago a copy was right that could not be brought up to date."""
    response.headers[STALE] = str(max(int((clock.now() - since).total_seconds()), 0))


def make_conditional(response: Response) -> Response:
    """Turn an answer into 304, or raise 412, as the caller's validators ask (RFC 9110)."""
    response.make_conditional(request)
    if response.status_code == 412:
        response.close()
        raise PreconditionFailed
    return response


def is_gzip_wanted() -> bool:
    """Tell whether the caller takes gzip and does not like plain bytes better."""
    return prefers_gzip(request.headers.get("Accept-Encoding"))


def prefers_gzip(accept_encoding: str | None) -> bool:
    """Tell whether an Accept-Encoding header names gzip and nothing better (RFC 9110)."""
    accepted = parse_accept_header(accept_encoding, Accept)
    return accepted["gzip"] > 0 and accepted["gzip"] >= accepted["identity"]


def compress(body: bytes) -> bytes:
    """Return bytes compressed with gzip; the same bytes for the same body."""
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def moved(location: str) -> ResponseReturnValue:
    """Send the caller to a relative address for good; the query goes along.

    Relative, so that it is right behind every prefix and proxy.
    """
    query = request.query_string.decode("latin-1")
    return redirect(f"{location}?{query}" if query else location, code=301)


@goes_on
def refuse_writing(**names: str) -> Response:
    """Answer 405: uploaders are often given the address that is for reading."""
    door = f"/index/{names['slug']}/legacy/" if "slug" in names else "/legacy/"
    message = f"This address is for reading. Uploads go to {door} instead."
    response = errors.as_text(405, "method-not-allowed", message)
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response
