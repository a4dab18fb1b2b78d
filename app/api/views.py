"""The JSON documents of projects and releases."""

import json
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.api.documents import Addresses, project_document, release_document
from app.indexes.auth import admit, admit_preflight
from app.indexes.queries import MAIN, get_index
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.names import normalise
from app.sources.chain import Chain
from app.sources.page import ReleaseDetail
from app.sources.registry import source_for
from app.web import errors
from app.web.documents import (
    SERIAL,
    answer_document,
    compress,
    is_gzip_wanted,
    moved,
    serve_documents,
    tell_stale,
)
from app.web.http import base_url

PROJECT, RELEASE = "/pypi/<name>/json", "/pypi/<name>/<version>/json"
OTHER = "/index/<slug>"
QUARANTINED = "quarantined"

bp = Blueprint("api", __name__)
errors.answer_as(bp, errors.as_json)
bp.before_request(admit_preflight)
serve_documents(bp, PROJECT, RELEASE, f"{OTHER}{PROJECT}", f"{OTHER}{RELEASE}")


@bp.get(PROJECT)
@bp.get(f"{PROJECT}/")
@bp.get(f"{OTHER}{PROJECT}")
@bp.get(f"{OTHER}{PROJECT}/")
def project(name: str, slug: str = MAIN) -> ResponseReturnValue:
    """Tell of a project by the release that people should install."""
    source = _open(slug, name)
    detail = _get_release(source, name)
    if name != detail.normalized_name:
        return _moved(slug, detail.normalized_name, "json")
    page = source.find_page(name)
    if page is None:
        raise ProjectNotFound
    return _answer(project_document(detail, page, _addresses(slug)), detail)


@bp.get(RELEASE)
@bp.get(f"{RELEASE}/")
@bp.get(f"{OTHER}{RELEASE}")
@bp.get(f"{OTHER}{RELEASE}/")
def release(name: str, version: str, slug: str = MAIN) -> ResponseReturnValue:
    """Tell of one release."""
    detail = _get_release(_open(slug, name, version), name, version)
    if (name, version) != (detail.normalized_name, detail.version):
        return _moved(slug, detail.normalized_name, detail.version, "json")
    return _answer(release_document(detail, _addresses(slug)), detail)


def _open(slug: str, name: str, version: str | None = None) -> Chain:
    """Return the source of an index that the caller may read, a project in it up to date."""
    index = get_index(slug)
    admit(index, normalise(name))
    source = source_for(index)
    if source.has_upstreams:
        source.freshen_release(name, version)
    return source


def _get_release(source: Chain, name: str, version: str | None = None) -> ReleaseDetail:
    detail = source.find_release(name, version)
    if detail is None or detail.status == QUARANTINED:
        raise ProjectNotFound if version is None else ReleaseNotFound
    return detail


def _addresses(slug: str) -> Addresses:
    return Addresses(base_url(), "" if slug == MAIN else f"/index/{slug}")


def _moved(slug: str, *steps: str) -> ResponseReturnValue:
    # The way up from where the caller is, whether it came with a final slash or not.
    above = 4 if request.path.startswith(f"/index/{slug}/") else 2
    upwards = "../" * (request.path.count("/") - above)
    return moved(upwards + "/".join(quote(step, safe="+!") for step in steps))


def _answer(document: dict[str, Any], detail: ReleaseDetail) -> Response:
    body = json.dumps(document, ensure_ascii=False).encode()
    encoding = "gzip" if is_gzip_wanted() else None
    if encoding is not None:
        body = compress(body)
    response = answer_document(
        body,
        content_type="application/json",
        # Roles and addresses stand in it too, which no serial counts.
        etag=blake2b(body, digest_size=16).hexdigest(),
        encoding=encoding,
        vary=("Accept-Encoding",),
    )
    response.headers[SERIAL] = str(detail.serial)
    if detail.origin is not None and detail.origin.is_stale:
        tell_stale(response, detail.origin.fetched_at)
    return response
