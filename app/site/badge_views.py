"""Badges of projects: for everybody where the index is public, else for who may see the page."""

import hashlib

from flask import Response

from app.accounts.auth import session_actor
from app.core.exceptions import Forbidden, NotFound, Unauthenticated, Unavailable
from app.indexes.permissions import demand_read
from app.indexes.queries import MAIN, PUBLIC, get_index, openness
from app.search.queries import find_known
from app.site.badges import KINDS, Badge, draw, make_badge, not_found, unavailable
from app.site.project_views import find_release
from app.site.views import bp
from app.web.documents import make_conditional

_SECONDS = 300
_KIND = f"<any({','.join(KINDS)}):kind>"


@bp.get(f"/project/<name>/badge/{_KIND}.svg", defaults={"slug": MAIN})
@bp.get(f"/index/<slug>/project/<name>/badge/{_KIND}.svg")
def badge(slug: str, name: str, kind: str) -> Response:
    """Draw one fact of a project."""
    try:
        drawn, is_public = _make_badge(slug, name, kind)
    except (NotFound, Forbidden, Unauthenticated):
        return _answer(not_found(kind), 404, "no-cache")
    except Unavailable:
        return _answer(unavailable(kind), 503, "no-store")
    audience = f"public, max-age={_SECONDS}" if is_public else "private, no-cache"
    return _answer(drawn, 200, audience)


def _make_badge(slug: str, name: str, kind: str) -> tuple[Badge, bool]:
    """Return the badge, and whether everybody may keep it; raises what the page does."""
    index = get_index(slug)
    is_public = openness(index) == PUBLIC
    if not is_public:
        demand_read(session_actor(), index)
    detail = find_release(index, name)
    if detail is None:
        raise NotFound
    downloads = 0
    if kind == "downloads":
        listing = find_known(get_index(detail.index_slug).id, detail.normalized_name)
        downloads = listing.downloads if listing else 0
    return make_badge(kind, detail, downloads), is_public


def _answer(drawn: Badge, status: int, audience: str) -> Response:
    picture = draw(drawn)
    response = Response(picture, status, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = audience
    # A README may stand on any site.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(hashlib.sha256(picture).hexdigest()[:32])
    return make_conditional(response) if status == 200 else response
