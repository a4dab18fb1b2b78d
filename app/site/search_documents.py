"""What programs get of a search."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from flask import Response

from app.indexes.models import Index
from app.search.wishes import Found, Suggestion
from app.site.asked import Asked
from app.web.documents import answer_document, is_public, tell_audience
from app.web.http import absolute_url

JSON = "application/json"
# OpenSearch Suggestions 1.0.
SUGGESTIONS = "application/x-suggestions+json"
# While somebody types and takes it back, the same is asked again and again.
_FRESH_SECONDS = 60


def answer_results(index: Index, asked: Asked, found: Found) -> Response:
    """Answer with a page of results as a JSON object."""
    told = {
        "query": asked.words.text,
        "total": found.total,
        "suggestion": found.suggestion,
        "results": [
            {
                "name": line.name,
                "version": line.version,
                "summary": line.summary,
                "url": _address(index, line.normalized_name),
                "index": line.index_slug,
            }
            for line in found.lines
        ],
        "is_more": found.is_more,
    }
    return _answer(told, JSON, vary=("Accept",))


def answer_suggestions(index: Index, text: str, found: Sequence[Suggestion]) -> Response:
    """Answer with names, summaries and addresses as a JSON array, after what was typed."""
    names = [each.name for each in found]
    summaries = [each.summary or "" for each in found]
    addresses = [_address(index, each.normalized_name) for each in found]
    response = _answer([text, names, summaries, addresses], SUGGESTIONS)
    if is_public():
        response.headers["Cache-Control"] = f"public, max-age={_FRESH_SECONDS}"
    return response


def _address(index: Index, normalized_name: str) -> str:
    return absolute_url("site.project", slug=index.slug, name=normalized_name)


def _answer(told: Any, content_type: str, *, vary: Sequence[str] = ()) -> Response:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    etag = blake2b(body, digest_size=16).hexdigest()
    response = answer_document(body, content_type=content_type, etag=etag, encoding=None, vary=vary)
    tell_audience(response, is_public=is_public())
    return response
