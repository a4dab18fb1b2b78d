"""Index pages.

Their validators have the form that nginx gives to a file, `"<hex mtime>-<hex
size>"`, so that a page served as a file later on keeps its validator. The
number for the time is made of the page's serial and its representation:
`serial * 8 + number`, plus 4 when it is compressed.
"""

from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotAcceptable

from app.indexes.auth import admit, admit_preflight, admit_to_all
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.exceptions import ProjectNotFound
from app.projects.names import normalise
from app.simple import serializers
from app.simple.downloads import send_file
from app.simple.negotiation import HTML, OFFERED, Representation, choose
from app.sources.page import IndexPage
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

ROOT, PAGE, FILE = "/simple/", "/simple/<name>/", "/files/<sha256>/<filename>"
_PER_SERIAL, _COMPRESSED = 8, 4

bp = Blueprint("simple", __name__)
errors.answer_as(bp, errors.as_text)
bp.before_request(admit_preflight)
serve_documents(bp, ROOT, "/simple", PAGE, "/simple/<name>", FILE)
bp.add_url_rule(FILE, "file", send_file)


@bp.get(ROOT)
def root() -> Response:
    """Show the list of all projects."""
    index = get_index()
    admit_to_all(index)
    form = _choose()
    names = source_for(index).names()
    write = serializers.root_as_json if form.is_json else serializers.root_as_html
    return _answer(write(names, index.last_serial), form, index.last_serial)


@bp.get(PAGE)
def project(name: str) -> ResponseReturnValue:
    """Show the files of a project."""
    index = get_index()
    admit(index, normalise(name))
    if name != normalise(name):
        return moved(f"../{_quoted(name)}/")
    form = _choose()
    page = _get_page(index, name)
    write = serializers.page_as_json if form.is_json else serializers.page_as_html
    return _answer(write(page, "../../files/"), form, page.serial)


@bp.get("/legacy/+simple/<name>/")
def probe(name: str) -> Response:
    """Show hatch the files of a project below the address that it uploads to."""
    index = get_index()
    admit(index, normalise(name))
    page = _get_page(index, name)
    return _answer(serializers.page_as_html(page, "../../../files/"), HTML, page.serial)


@bp.get("/simple")
def add_slash_to_root() -> ResponseReturnValue:
    """Send the caller to the list of all projects."""
    admit(get_index())
    return moved("simple/")


@bp.get("/simple/<name>")
def add_slash(name: str) -> ResponseReturnValue:
    """Send the caller to the project's page."""
    admit(get_index(), normalise(name))
    return moved(f"{_quoted(name)}/")


def _choose() -> Representation:
    form = choose(request.headers.get("Accept"), wanted=request.args.get("format"))
    if form is None:
        raise NotAcceptable(f"This page can be had as: {OFFERED}")
    return form


def _get_page(index: Index, name: str) -> IndexPage:
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    return page


def _answer(body: bytes, form: Representation, serial: int) -> Response:
    moment = serial * _PER_SERIAL + form.number
    encoding = "gzip" if is_gzip_wanted() else None
    if encoding is not None:
        moment, body = moment + _COMPRESSED, compress(body)
    response = answer_document(
        body,
        content_type=form.content_type,
        etag=f"{moment:x}-{len(body):x}",
        encoding=encoding,
        vary=("Accept", "Accept-Encoding"),
    )
    response.headers[SERIAL] = str(serial)
    return response


def _quoted(name: str) -> str:
    return quote(normalise(name), safe="")
