"""Search: the page, the same as JSON, names while somebody types, and how to ask for them."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.exceptions import Unauthenticated
from app.core.i18n import LANGUAGES
from app.indexes.auth import admit_to_all
from app.indexes.models import Index
from app.indexes.queries import MAIN, get_index
from app.search.finding import find
from app.search.suggesting import suggest
from app.search.wishes import Found
from app.search.words import LONGEST_TEXT
from app.site.asked import Asked, NoSuchPage
from app.site.search_documents import answer_results, answer_suggestions
from app.site.search_viewmodels import SearchView
from app.site.views import bp, readable_index
from app.web import errors
from app.web.http import absolute_url

_MAIN = {"slug": MAIN}
_DESCRIPTION = "application/opensearchdescription+xml"


@bp.get("/search", defaults=_MAIN)
@bp.get("/index/<slug>/search")
def search(slug: str) -> ResponseReturnValue:
    """Show the projects that fit, or all of them; programs get the same as JSON."""
    if _prefers_json():
        return _search_as_json(slug)
    index = readable_index(slug)
    asked = Asked.of(request.args)
    page = SearchView(slug=slug, asked=asked, found=_find(index, asked))
    response = make_response(render_template("site/search.html", page=page))
    response.vary.add("Accept")
    return response


@bp.get("/search/suggest", defaults=_MAIN)
@bp.get("/index/<slug>/search/suggest")
def suggest_names(slug: str) -> Response:
    """Answer with the names that somebody may be typing, as browsers ask for them."""
    text, index = request.args.get("q", "")[:LONGEST_TEXT], get_index(slug)
    try:
        admit_to_all(index)
    except Unauthenticated:
        # A challenge would make browsers ask for a password in the middle of a word.
        return answer_suggestions(index, text, ())
    return answer_suggestions(index, text, suggest(index, text))


@bp.get("/opensearch.xml")
def opensearch() -> Response:
    """Tell browsers how to search here (OpenSearch 1.1)."""
    body = render_template("site/opensearch.xml", absolute_url=absolute_url, languages=LANGUAGES)
    response = Response(body, mimetype=_DESCRIPTION)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _prefers_json() -> bool:
    wanted = request.args.get("format")
    if wanted in {"json", "html"}:
        return wanted == "json"
    offered = request.accept_mimetypes
    return offered["application/json"] > offered["text/html"]


def _error_answer() -> errors.Answer:
    return errors.as_json if _prefers_json() else errors.as_page


def _search_as_json(slug: str) -> Response:
    index = get_index(slug)
    admit_to_all(index)
    asked = Asked.of(request.args)
    return answer_results(index, asked, _find(index, asked))


def _find(index: Index, asked: Asked) -> Found:
    found = find(index, asked.wish)
    if asked.number > found.pages:
        raise NoSuchPage
    return found


errors.choose_answer("site.search", _error_answer)
errors.choose_answer("site.suggest_names", lambda: errors.as_json)
