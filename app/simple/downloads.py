"""Files and their core metadata, whole or in parts.

Their validators are those of nginx, `"<hex mtime>-<hex size>"`, for a file
whose time is the first eight digits of its digest, as the storage sets it.
"""

import logging
import re
from typing import BinaryIO

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from app.core import clock
from app.core.exceptions import Forbidden, Unauthenticated
from app.core.runtime import setting
from app.core.storage import blob_seconds, blobs
from app.core.storage.exceptions import BlobMissing, StorageUnavailable
from app.indexes.auth import admit, reader
from app.indexes.models import Index
from app.indexes.permissions import may_read
from app.indexes.queries import list_indexes
from app.projects.exceptions import FileNotFound, FileWithdrawn
from app.simple.answers import file_answer
from app.simple.auth import note_pass
from app.simple.opening import find_here, lead_to
from app.simple.ranges import Part, Slice, Unsatisfiable, parse_range
from app.sources.base import METADATA
from app.sources.page import StoredFile
from app.sources.registry import source_for
from app.stats.counter import Download, download_counter
from app.web.documents import is_public, make_conditional

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 64 * 1024
_SINCE = "If-Unmodified-Since"
_log = logging.getLogger(__name__)


def send_file(sha256: str, filename: str) -> Response:
    """Send a file, or the core metadata of a wheel, as it was uploaded."""
    if _DIGEST.match(sha256) is None:
        raise FileNotFound
    stored = _find_open(sha256, filename)
    seconds = blob_seconds(stored.sha256)
    response = make_conditional(file_answer(seconds, stored.size, is_public=is_public()))
    if response.status_code == 200:
        part = _find_part(response, stored)
        _fill(response, stored, part)
        _count(stored, part)
        if part is None:
            lead_to(sha256, stored)
    return response


def _find_open(sha256: str, filename: str) -> StoredFile:
    """Return a file from the first index that has it and that the caller may read.

    Who may read none that has it is told so: "not found" is only for what is
    nowhere, because then installers go and look for the name elsewhere.
    """
    refusals: list[Unauthenticated | Forbidden] = []
    indexes = list_indexes()
    for index in indexes:
        try:
            stored = _find_in(index, sha256, filename)
        except (Unauthenticated, Forbidden) as refusal:
            refusals.append(refusal)
        else:
            if stored is not None:
                return stored
    if refusals:
        raise refusals[0]
    readable = [index for index in indexes if may_read(reader(index), index)]
    admit((readable or indexes)[0])
    raise FileNotFound


def _find_in(index: Index, sha256: str, filename: str) -> StoredFile | None:
    try:
        stored = find_here(source_for(index), sha256, filename)
    except FileWithdrawn:
        # Who may not read the index is not even told that the file is here.
        admit(index)
        raise
    if stored is not None:
        admit(index, stored.project)
        note_pass(index)
    return stored


def _open(stored: StoredFile) -> BinaryIO:
    try:
        return blobs().open(stored.sha256)
    except BlobMissing as error:
        # The index says that the file is here, so "not found" would be a lie.
        _log.error("a blob is missing", extra={"sha256": stored.sha256, "file": stored.filename})
        raise StorageUnavailable from error


def _find_part(response: Response, stored: StoredFile) -> Part | None:
    # RFC 9110: ranges are defined for GET only, and If-Range needs the very
    # same file; a date cannot tell that and counts as another one.
    asked_if = request.headers.get("If-Range", response.headers["ETag"])
    if request.method != "GET" or asked_if.strip() != response.headers["ETag"]:
        return None
    try:
        return parse_range(request.headers.get("Range"), stored.size)
    except Unsatisfiable:
        raise RequestedRangeNotSatisfiable(stored.size) from None


def _fill(response: Response, stored: StoredFile, part: Part | None) -> None:
    place = _find_place(stored, part)
    if place is None:
        _fill_here(response, stored, part)
    else:
        # nginx sends the bytes, finds the part by itself, and says that it can.
        response.content_length = 0
        del response.headers["Accept-Ranges"]
        response.headers["X-Accel-Redirect"] = place


def _find_place(stored: StoredFile, part: Part | None) -> str | None:
    """Return where nginx finds the bytes, if it would send the very answer that we give."""
    prefix: str | None = setting("ACCEL_PREFIX")
    # nginx answers 416 to ranges that make no sense, and believes the time of a blob.
    is_odd = _SINCE in request.headers or (part is None and "Range" in request.headers)
    if prefix is None or request.method != "GET" or is_odd:
        return None
    path = blobs().find_path(stored.sha256)
    return None if path is None else prefix + "/".join(path.parts[-3:])


def _fill_here(response: Response, stored: StoredFile, part: Part | None) -> None:
    content = _open(stored)
    response.direct_passthrough = True
    if part is not None:
        response.status_code = 206
        response.content_length = part.stop - part.start
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{stored.size}"
        response.response = Slice(content, part)
    elif blobs().find_path(stored.sha256) is None:
        response.response = Slice(content, Part(0, stored.size))
    else:
        # A real file: the server may send it without Python looking at the bytes.
        response.response = wrap_file(request.environ, content, _CHUNK)


def _count(stored: StoredFile, part: Part | None) -> None:
    is_beginning = part is None or part.start == 0
    if request.method != "GET" or stored.filename.endswith(METADATA) or not is_beginning:
        return
    download_counter().note(
        Download(
            day=clock.today(),
            index_slug=stored.index_slug,
            sha256=stored.sha256,
            filename=stored.filename,
        )
    )
