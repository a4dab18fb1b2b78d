"""The door for uploads: twine, uv, poetry, pdm, hatch and flit knock here."""

import sys

from flask import Blueprint, Response, jsonify, request

from app.accounts.actors import Actor
from app.accounts.auth import token_actor
from app.core.database import release_connection
from app.core.faults import reach
from app.core.i18n import speak_english
from app.core.runtime import setting
from app.core.storage import blobs
from app.extensions import csrf
from app.indexes.queries import MAIN, get_index
from app.uploads.intake import take_in
from app.uploads.multipart import MAX_TEXT_BYTES, receive_parts, too_large
from app.uploads.permissions import demand_known, demand_uploader
from app.uploads.uploadform import UploadForm
from app.web import errors
from app.web.bodies import read_rest
from app.web.http import find_caller
from app.web.notices import goes_on

bp = Blueprint("uploads", __name__)
errors.answer_as(bp, errors.as_upload)
speak_english(bp)
csrf.exempt(bp)
bp.after_request(read_rest)

_OTHER_METHODS = ["GET", "PUT", "PATCH", "DELETE"]


# Both spellings, because no uploader follows a redirect as it should.
@bp.post("/legacy/")
@bp.post("/legacy")
@bp.post("/index/<slug>/legacy/")
@bp.post("/index/<slug>/legacy")
def upload(slug: str = MAIN) -> Response:
    """Publish one file."""
    actor = _admit(slug)
    limit = setting("MAX_UPLOAD_BYTES")
    _refuse_early(limit)
    with blobs().receive() as incoming:
        kind = request.headers.get("Content-Type", "")
        parts = receive_parts(
            request.stream, kind, incoming, max_bytes=limit, length=request.content_length
        )
        form = UploadForm.of(parts, action=request.args.get(":action"))
        receipt = take_in(actor, slug, form, incoming, via=find_caller().user_agent)
    reach("upload.answering")
    return _answer(receipt.warnings)


@bp.route("/legacy/", methods=_OTHER_METHODS)
@bp.route("/legacy", methods=_OTHER_METHODS)
@bp.route("/index/<slug>/legacy/", methods=_OTHER_METHODS)
@bp.route("/index/<slug>/legacy", methods=_OTHER_METHODS)
@goes_on
def explain(slug: str = MAIN) -> Response:
    """Tell who came with another method what this address is for."""
    message = "This address takes uploads by POST, installers use the simple index."
    response = errors.as_upload(405, "method-not-allowed", message)
    response.headers["Allow"] = "POST"
    return response


def _admit(slug: str) -> Actor:
    """Return who uploads; asked before the body, so that strangers fill no disk."""
    actor = token_actor()
    demand_known(actor)
    demand_uploader(actor, get_index(slug))
    # The body may take minutes, and a waiting upload needs no connection.
    release_connection()
    return actor


def _refuse_early(limit: int) -> None:
    # The reader has its own limits, also for bodies that do not tell their length.
    request.max_content_length = sys.maxsize
    if (request.content_length or 0) > limit + MAX_TEXT_BYTES:
        raise too_large(limit)


def _answer(warnings: tuple[str, ...]) -> Response:
    if warnings and errors.prefers_json():
        return jsonify(message=" ".join(warnings), warnings=warnings)
    return Response("".join(f"{warning}\n" for warning in warnings), mimetype="text/plain")
