"""The JSON documents of projects and releases."""

import json
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.api.documents import Addresses, project_document, release_document
from app.indexes.auth import admit, admit_preflight
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.names import normalise
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
)
from app.web.http import base_url

PROJECT, RELEASE = "/pypi/<name>/json", "/pypi/<name>/<version>/json"
QUARANTINED = "quarantined"

bp = Blueprint("api", __name__)
errors.answer_as(bp, errors.as_json)
bp.before_request(admit_preflight)
serve_documents(bp, PROJECT, RELEASE)


@bp.get(PROJECT)
@bp.get(f"{PROJECT}/")
def project(name: str) -> ResponseReturnValue:
    """Tell of a project by the release that people should install."""
    index = get_index()
    detail = _get_release(index, name)
    if name != detail.normalized_name:
        return _moved(detail.normalized_name, "json")
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    return _answer(project_document(detail, page, Addresses(base_url())), detail.serial)


@bp.get(RELEASE)
@bp.get(f"{RELEASE}/")
def release(name: str, version: str) -> ResponseReturnValue:
    """Tell of one release."""
    detail = _get_release(get_index(), name, version)
    if (name, version) != (detail.normalized_name, detail.version):
        return _moved(detail.normalized_name, detail.version, "json")
    return _answer(release_document(detail, Addresses(base_url())), detail.serial)


def _get_release(index: Index, name: str, version: str | None = None) -> ReleaseDetail:
    admit(index, normalise(name))
    detail = source_for(index).find_release(name, version)
    if detail is None or detail.status == QUARANTINED:
        raise ProjectNotFound if version is None else ReleaseNotFound
    return detail


def _moved(*steps: str) -> ResponseReturnValue:
    # The way up from where the caller is, whether it came with a final slash or not.
    upwards = "../" * (request.path.count("/") - 2)
    return moved(upwards + "/".join(quote(step, safe="+!") for step in steps))


def _answer(document: dict[str, Any], serial: int) -> Response:
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
    response.headers[SERIAL] = str(serial)
    return response
