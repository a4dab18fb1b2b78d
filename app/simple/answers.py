"""Pages and files as answers, the same from the views and from the middleware.

Their validators have the form that nginx gives to a file, `"<hex mtime>-<hex
size>"`: the shelf and the storage set the times so that it agrees.
"""

from flask import Response

from app.core.storage import blob_seconds
from app.simple.negotiation import Form
from app.simple.shelf import moment
from app.sources.page import RemoteFile
from app.web.documents import SERIAL, make_document

_VARY = ("Accept", "Accept-Encoding")
_YEAR = 365 * 24 * 60 * 60


def page_etag(serial: int, form: Form, size: int) -> str:
    """Return the validator of a page in a form, without its quotes."""
    return f"{moment(serial, form.number):x}-{size:x}"


def page_answer(form: Form, *, serial: int, size: int) -> Response:
    """Return the answer for a page, its body still to come."""
    response = make_document(
        b"",
        content_type=form.content_type,
        etag=page_etag(serial, form, size),
        encoding=form.encoding,
        vary=_VARY,
    )
    response.content_length = size
    response.headers[SERIAL] = str(serial)
    return response


def file_answer(seconds: int, size: int, *, is_public: bool) -> Response:
    """Return the answer for a file whose blob has a time, its body still to come."""
    response = _bytes_answer()
    response.set_etag(f"{seconds:x}-{size:x}")
    response.content_length = size
    audience = "public" if is_public else "private"
    response.headers["Cache-Control"] = f"{audience}, max-age={_YEAR}, immutable"
    return response


def arriving_answer(remote: RemoteFile, size: int | None, *, is_public: bool) -> Response:
    """Return the answer for a file that is still to come: as when it is here, if that is known."""
    if remote.sha256 is not None and size is not None:
        return file_answer(blob_seconds(remote.sha256), size, is_public=is_public)
    response = _bytes_answer()
    if size is not None:
        response.content_length = size
    return response


def _bytes_answer() -> Response:
    # Always this type: others make Werkzeug or proxies add a Content-Encoding,
    # and installers then unpack sdists before they compare digests.
    response = Response(content_type="application/octet-stream")
    response.headers["Accept-Ranges"] = "bytes"
    return response
