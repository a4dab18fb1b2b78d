"""The pages of the most popular projects."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.indexes.queries import MAIN
from app.site.cached_views import cached
from app.site.popular import Placed, PopularPage, find_name_at, list_popular
from app.site.stats_tables import JSON, answer_json
from app.site.views import bp, readable_index
from app.web.http import absolute_url

_MAIN = {"slug": MAIN}


@bp.get("/popular", defaults=_MAIN)
@bp.get("/project/popular", defaults=_MAIN, endpoint="popular_project")
@bp.get("/index/<slug>/popular")
def popular(slug: str) -> ResponseReturnValue:
    """Show the most popular projects; the project of that name lies behind a slash."""
    if request.args.get("format") == JSON:
        page = _find_page(slug)
        results = [_describe(slug, placed) for placed in page.placed]
        return answer_json({"page": page.number, "is_more": page.is_more, "results": results})
    return _show(slug)


@cached
def _show(slug: str) -> str:
    return render_template("site/popular.html", page=_find_page(slug), slug=slug)


def _find_page(slug: str) -> PopularPage:
    return list_popular(readable_index(slug), request.args.get("page", 1, type=int))


@bp.get("/<int:place>", defaults=_MAIN)
@bp.get("/index/<slug>/<int:place>")
def ranked(slug: str, place: int) -> ResponseReturnValue:
    """Lead to the project at a place of the most popular ones, as they are today."""
    name = find_name_at(readable_index(slug), place)
    response = redirect(url_for("site.project", slug=slug, name=name), code=302)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _describe(slug: str, placed: Placed) -> dict[str, object]:
    line = placed.line
    return {
        "place": placed.place,
        "name": line.name,
        "version": line.version,
        "summary": line.summary,
        "downloads": placed.downloads,
        "url": absolute_url("site.project", slug=slug, name=line.normalized_name),
    }
