"""Index pages for whoever is not served from the shelf by the middleware or by nginx."""

from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotAcceptable, PreconditionFailed
from werkzeug.wsgi import wrap_file

from app.core.exceptions import Forbidden, Unauthenticated
from app.indexes.auth import admit, admit_preflight, admit_to_all
from app.indexes.queries import get_index
from app.projects.exceptions import ProjectNotFound
from app.projects.names import normalise
from app.simple import serializers
from app.simple.answers import page_answer
from app.simple.auth import admit_token, note_pass
from app.simple.downloads import send_file
from app.simple.negotiation import HTML, OFFERED, Form, compressed, negotiate
from app.simple.pages import obtain_page
from app.simple.roots import obtain_list
from app.simple.shelf import Sheet
from app.sources.registry import source_for
from app.web import errors
from app.web.documents import (
    compress,
    is_gzip_wanted,
    make_conditional,
    moved,
    serve_documents,
)

ROOT, PAGE, FILE = "/simple/", "/simple/<name>/", "/files/<sha256>/<filename>"
_CHUNK = 256 * 1024

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
    note_pass(index)
    form = _choose()
    return _answer(obtain_list(index, form), form)


@bp.get(PAGE)
def project(name: str) -> ResponseReturnValue:
    """Show the files of a project."""
    index = get_index()
    admit(index, normalise(name))
    note_pass(index)
    if name != normalise(name):
        return moved(f"../{_quoted(name)}/")
    form = _choose()
    return _answer(obtain_page(index, name, form), form)


@bp.get("/legacy/+simple/<name>/")
def probe(name: str) -> Response:
    """Show hatch the files of a project below the address that it uploads to."""
    index = get_index()
    admit(index, normalise(name))
    page = source_for(index).find_page(name)
    if page is None:
        raise ProjectNotFound
    body = serializers.page_as_html(page, "../../../files/")
    if not is_gzip_wanted():
        return _answer(Sheet.of(body, page.serial), HTML)
    return _answer(Sheet.of(compress(body), page.serial), compressed(HTML))


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


@bp.get("/_/admit")
def admission() -> Response:
    """Tell nginx whether a token opens all of a guarded index, and nothing else."""
    try:
        admit_token(get_index())
    except (Unauthenticated, Forbidden) as refusal:
        # No WWW-Authenticate: nginx would send it beside the one of the real refusal.
        return Response(status=errors.status_of(refusal))
    return Response(status=204)


def _choose() -> Form:
    headers = request.headers
    form = negotiate(
        headers.get("Accept"), headers.get("Accept-Encoding"), wanted=request.args.get("format")
    )
    if form is None:
        raise NotAcceptable(f"This page can be had as: {OFFERED}")
    return form


def _answer(sheet: Sheet, form: Form) -> Response:
    try:
        response = make_conditional(page_answer(form, serial=sheet.serial, size=sheet.size))
    except PreconditionFailed:
        sheet.close()
        raise
    if response.status_code != 200 or request.method == "HEAD":
        sheet.close()
    elif isinstance(sheet.body, bytes):
        response.set_data(sheet.body)
    else:
        response.response = wrap_file(request.environ, sheet.body, _CHUNK)
        response.direct_passthrough = True
    return response


def _quoted(name: str) -> str:
    return quote(normalise(name), safe="")
