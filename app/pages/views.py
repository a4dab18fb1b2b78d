"""Pages at every address that the application does not have itself, and their pictures."""

from typing import Any

from babel import Locale
from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.accounts.auth import session_actor
from app.core.i18n import LANGUAGES, reader_locale
from app.core.storage import blobs
from app.extensions import db
from app.pages import queries
from app.pages.exceptions import PageNotFound
from app.pages.facts import gather_facts
from app.pages.filling import fill, fill_line
from app.pages.frame import ShownLink, show_links, site_directory
from app.pages.models import Image, PageVersion
from app.pages.paths import Path, find_stem
from app.pages.public import Destination, Edition, PublicPage, choose_language
from app.pages.redirects import follow
from app.pages.seeded import find_seeded
from app.pages.viewmodels import PageView
from app.web.documents import make_conditional, mark_public

bp = Blueprint("pages", __name__)

_READING = ("GET", "HEAD")
_YEAR = 365 * 24 * 60 * 60


@bp.before_app_request
def answer_elsewhere() -> ResponseReturnValue | None:
    """Answer with a page or a redirect where the application has nothing.

    So a page can never stand in the way of the application, whatever its path is.
    """
    is_elsewhere = isinstance(request.routing_exception, NotFound)
    stem = find_stem(request.path) if is_elsewhere else None
    if stem is None:
        return None
    directory = site_directory()
    if request.method not in _READING:
        _refuse_writing(is_page=stem in directory.pages)
        return None
    if request.args.get("preview") or stem not in directory.pages:
        preview = _find_preview(stem)
        if preview is not None:
            return _answer(preview)
    page = directory.pages.get(stem)
    if page is not None:
        return _show_page(page)
    found = follow(stem, directory.redirects)
    return None if found is None else _lead(found)


@bp.get("/media/<sha256>/<name>")
def image(sha256: str, name: str) -> ResponseReturnValue:
    """Serve a picture; another one has another address, so it may be kept."""
    found = queries.find_image(sha256, name)
    if found is None:
        raise PageNotFound
    mark_public()
    return make_conditional(_picture(found))


def page_url(path: str) -> str:
    """Return the address of a page by its path, with its final slash."""
    page = site_directory().pages.get(path.rstrip("/"))
    return f"{request.script_root}{path if page is None else page.path.address}"


def menu(place: str) -> list[ShownLink]:
    """Return the links of a menu for this page."""
    return show_links(place, prefix=request.script_root, here=request.path)


def _refuse_writing(*, is_page: bool) -> None:
    if is_page:
        raise MethodNotAllowed(valid_methods=_READING)


def _show_page(page: PublicPage) -> ResponseReturnValue:
    if request.path != page.path.address:
        return _lead(Destination(target=page.path.address, is_permanent=True))
    edition = page.editions[choose_language(page.editions, reader_locale())]
    others = tuple(locale for locale in page.editions if locale != edition.locale)
    facts: dict[str, Any] = {"others": others, "is_listed": page.is_listed}
    facts |= {"title": edition.title, "description": edition.description}
    html, published_at = _find_html(page.path, edition), edition.published_at
    return _answer(_view(page.path, edition.locale, html, published_at=published_at, **facts))


def _find_html(path: Path, edition: Edition) -> str:
    if edition.version_id is None:
        seeded = find_seeded(path.path, edition.locale)
        return "" if seeded is None else seeded.html
    return db.session.get_one(PageVersion, edition.version_id).html


def _find_preview(stem: str) -> PageView | None:
    """Return the newest version of a page for an administrator, or None."""
    page = queries.find_page(stem) if session_actor().is_admin else None
    stands = {} if page is None else queries.map_translations(page.id)
    if page is None or not stands:
        return None
    stand = stands[choose_language(stands, request.args.get("preview") or reader_locale())]
    version = queries.get_version(page.id, stand.locale, stand.latest)
    facts = {"title": version.title, "description": version.description}
    path, number = Path(page.path, page.has_slash), version.number
    others = tuple(locale for locale in stands if locale != stand.locale)
    return _view(path, stand.locale, version.html, preview=number, others=others, **facts)


def _view(path: Path, locale: str, html: str, **facts: Any) -> PageView:
    places = gather_facts(request.script_root)
    facts = {"published_at": None, "preview": None, "is_listed": False, **facts}
    return PageView(
        path=path.path,
        address=path.quoted,
        title=fill_line(facts.pop("title"), places),
        description=fill_line(facts.pop("description"), places),
        html=fill(html, places),
        locale=locale,
        direction=Locale.parse(locale).text_direction,
        language=LANGUAGES.get(locale, locale),
        is_foreign=locale != reader_locale(),
        may_edit=session_actor().is_admin,
        **facts,
    )


def _answer(page: PageView) -> Response:
    response = make_response(render_template("pages/page.html", page=page))
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Language"] = page.locale.replace("_", "-")
    if session_actor().is_known:
        response.headers["Cache-Control"] = "private, no-cache"
        return response
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return make_conditional(response)


def _lead(found: Destination) -> ResponseReturnValue:
    is_own = found.target.startswith("/")
    target = f"{request.script_root}{found.target}" if is_own else found.target
    query = request.query_string.decode("latin-1")
    if is_own and query and not {"?", "#"} & set(target):
        target = f"{target}?{query}"
    response = make_response(redirect(target, code=301 if found.is_permanent else 302))
    # It may lead elsewhere tomorrow, even one that is for good.
    response.headers["Cache-Control"] = "no-cache"
    return response


def _picture(image: Image) -> Response:
    with blobs().open(image.sha256) as file:
        response = Response(file.read(), mimetype=image.media_type)
    response.set_etag(image.sha256)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
