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
from app.core.database import release_connection
from app.core.runtime import setting
from app.core.storage import blob_seconds, blobs
from app.core.storage.exceptions import BlobMissing, StorageUnavailable
from app.indexes.queries import MAIN
from app.projects.exceptions import FileNotFound
from app.simple.answers import arriving_answer, file_answer
from app.simple.arriving import await_file, fill_arriving
from app.simple.finding import Found, find_open
from app.simple.opening import lead_to
from app.simple.ranges import Part, Slice, Unsatisfiable, parse_range
from app.sources.base import METADATA
from app.sources.page import RemoteFile, StoredFile
from app.stats.agents import agent_of
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
    found = find_open(sha256, filename)
    if isinstance(found.file, StoredFile):
        return _send_stored(found.slug, sha256, found.file)
    return _send_remote(found, sha256, found.file)


def _send_stored(slug: str, address: str, stored: StoredFile) -> Response:
    seconds = blob_seconds(stored.sha256)
    response = make_conditional(file_answer(seconds, stored.size, is_public=is_public()))
    if response.status_code == 200:
        part = _find_part(response, stored.size)
        _fill(response, stored, part)
        _count(address, stored, part)
        # Others are found by asking; on the shelf nobody would look for them.
        if part is None and slug == MAIN:
            lead_to(slug, address, stored)
    return response


def _send_remote(found: Found, address: str, remote: RemoteFile) -> Response:
    """Send a file that is still to come, while it comes."""
    response = make_conditional(arriving_answer(remote, remote.size, is_public=is_public()))
    if response.status_code != 200:
        return response
    arrival = found.source.fetch(address, remote.filename)
    # Whoever waits holds no connection.
    release_connection()
    size = remote.size if arrival.size is None else arrival.size
    response = arriving_answer(remote, size, is_public=is_public())
    part = _find_part(response, size) if size is not None else None
    stored = await_file(arrival, size, part, is_head=request.method == "HEAD", is_safe=_is_safe())
    if stored is not None:
        return _send_stored(found.slug, address, stored)
    if request.method == "GET":
        fill_arriving(response, arrival, size, part)
        _count(address, remote, part if response.status_code == 206 else None)
    return response


def _is_safe() -> bool:
    """Tell whether callers see that a body of unknown length breaks off.

    Of the servers only this one leaves it without an end then: granian gives it one,
    and uWSGI tells the end by closing the connection, as HTTP/1.0 does.
    """
    server, protocol = (
        str(request.environ.get(name, "")) for name in ("SERVER_SOFTWARE", "SERVER_PROTOCOL")
    )
    return server.startswith("gunicorn") and protocol == "HTTP/1.1"


def _open(stored: StoredFile) -> BinaryIO:
    try:
        return blobs().open(stored.sha256)
    except BlobMissing as error:
        # The index says that the file is here, so "not found" would be a lie.
        _log.error("a blob is missing", extra={"sha256": stored.sha256, "file": stored.filename})
        raise StorageUnavailable from error


def _find_part(response: Response, size: int) -> Part | None:
    # RFC 9110: ranges are defined for GET only, and If-Range needs the very
    # same file; a date cannot tell that and counts as another one.
    etag = response.headers.get("ETag")
    asked_if = request.headers.get("If-Range", etag)
    if request.method != "GET" or (asked_if or "").strip() != (etag or ""):
        return None
    try:
        return parse_range(request.headers.get("Range"), size)
    except Unsatisfiable:
        raise RequestedRangeNotSatisfiable(size) from None


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


def _count(address: str, file: StoredFile | RemoteFile, part: Part | None) -> None:
    is_beginning = part is None or part.start == 0
    if request.method != "GET" or file.filename.endswith(METADATA) or not is_beginning:
        return
    download_counter().note(
        Download(
            day=clock.today(),
            index_slug=file.index_slug,
            sha256=address,
            filename=file.filename,
            agent=agent_of(request.headers.get("User-Agent", "")),
        )
    )
