"""Index pages for whoever is not served from the shelf by the middleware or by nginx."""

from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotAcceptable, PreconditionFailed
from werkzeug.wsgi import wrap_file

from app.core.exceptions import Forbidden, NotFound, Unauthenticated
from app.core.i18n import speak_english
from app.indexes.auth import admit, admit_preflight, admit_to_all
from app.indexes.queries import MAIN, get_index
from app.projects.names import normalise
from app.simple.answers import page_answer
from app.simple.auth import admit_token, note_pass
from app.simple.downloads import send_file
from app.simple.negotiation import HTML, OFFERED, Form, compressed, negotiate
from app.simple.pages import FAR, get_page, make_sheet, obtain_page, sheet_of
from app.simple.roots import obtain_list
from app.simple.shelf import Sheet
from app.web import errors
from app.web.documents import (
    is_gzip_wanted,
    make_conditional,
    moved,
    serve_documents,
    tell_stale,
)

ROOT, PAGE, FILE = "/simple/", "/simple/<name>/", "/files/<sha256>/<filename>"
OTHER = "/index/<slug>"
_CHUNK = 256 * 1024

bp = Blueprint("simple", __name__)
errors.answer_as(bp, errors.as_text)
speak_english(bp)
bp.before_request(admit_preflight)
_READ_ONLY = (ROOT, "/simple", PAGE, "/simple/<name>")
serve_documents(bp, *_READ_ONLY, *(OTHER + rule for rule in _READ_ONLY), FILE)
bp.add_url_rule(FILE, "file", send_file)


@bp.get(ROOT)
@bp.get(f"{OTHER}{ROOT}")
def root(slug: str = MAIN) -> Response:
    """Show the list of all projects."""
    index = get_index(slug)
    admit_to_all(index)
    note_pass(index)
    form = _choose()
    return _answer(obtain_list(index, form), form)


@bp.get(PAGE)
@bp.get(f"{OTHER}{PAGE}")
def project(name: str, slug: str = MAIN) -> ResponseReturnValue:
    """Show the files of a project."""
    index = get_index(slug)
    admit(index, normalise(name))
    note_pass(index)
    if name != normalise(name):
        return moved(f"../{_quoted(name)}/")
    form = _choose()
    if slug == MAIN and request.path.startswith("/index/"):
        # The shelf has the pages of the other address of this index.
        return _answer(make_sheet(index, name, form, FAR), form)
    return _answer(obtain_page(index, name, form), form)


@bp.get("/legacy/+simple/<name>/")
@bp.get(f"{OTHER}/legacy/+simple/<name>/")
def probe(name: str, slug: str = MAIN) -> Response:
    """Show hatch the files of a project below the address that it uploads to.

    No upstream is asked: who is about to publish a name tells it to nobody else.
    """
    index = get_index(slug)
    admit(index, normalise(name))
    form = compressed(HTML) if is_gzip_wanted() else HTML
    return _answer(sheet_of(get_page(index, name), form, _way_to_files()), form)


@bp.get("/simple")
@bp.get(f"{OTHER}/simple")
def add_slash_to_root(slug: str = MAIN) -> ResponseReturnValue:
    """Send the caller to the list of all projects."""
    admit(get_index(slug))
    return moved("simple/")


@bp.get("/simple/<name>")
@bp.get(f"{OTHER}/simple/<name>")
def add_slash(name: str, slug: str = MAIN) -> ResponseReturnValue:
    """Send the caller to the project's page."""
    admit(get_index(slug), normalise(name))
    return moved(f"{_quoted(name)}/")


@bp.get("/_/admit")
@bp.get("/_/admit/<slug>")
def admission(slug: str = MAIN) -> Response:
    """Tell nginx whether a token opens all of a guarded index, and nothing else."""
    try:
        admit_token(get_index(slug))
    except (Unauthenticated, Forbidden, NotFound) as refusal:
        # No WWW-Authenticate: nginx would send it beside the one of the real refusal.
        # It knows no other refusals than these two.
        status = errors.status_of(refusal)
        return Response(status=403 if status == 404 else status)
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
    answer = page_answer(form, serial=sheet.serial, size=sheet.size)
    if sheet.stale_since is not None:
        tell_stale(answer, sheet.stale_since)
    try:
        response = make_conditional(answer)
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


def _way_to_files() -> str:
    return "../" * (request.path.count("/") - 1) + "files/"


def _quoted(name: str) -> str:
    return quote(normalise(name), safe="")
