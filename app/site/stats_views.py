"""The pages that tell of an index in numbers."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.indexes.queries import MAIN
from app.site.cached_views import cached
from app.site.stats_tables import CSV, JSON, answer_csv, answer_json
from app.site.stats_viewmodels import IndexFigures, StatsView, as_document, as_rows
from app.site.views import bp, readable_index

_MAIN = {"slug": MAIN}


@bp.get("/stats/", defaults=_MAIN)
@bp.get("/index/<slug>/stats/")
def stats(slug: str) -> ResponseReturnValue:
    """Show how much an index holds, how it grows and how it is used."""
    chosen = request.args.get("format")
    if chosen == JSON:
        return answer_json(as_document(_find_figures(slug)))
    if chosen == CSV:
        rows = as_rows(_find_figures(slug))
        return answer_csv(f"{slug}-statistics", ("kind", "value", "number"), rows)
    return _show(slug)


@cached
def _show(slug: str) -> str:
    return render_template("site/stats.html", page=StatsView.of(_find_figures(slug)))


def _find_figures(slug: str) -> IndexFigures:
    return IndexFigures.of(readable_index(slug))
