"""The pages that tell of an index in numbers."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.indexes.queries import MAIN
from app.site.stats_tables import CSV, JSON, answer_csv, answer_json
from app.site.stats_viewmodels import IndexFigures, StatsView, as_document, as_rows
from app.site.views import bp, readable_index

_MAIN = {"slug": MAIN}


@bp.get("/stats/", defaults=_MAIN)
@bp.get("/index/<slug>/stats/")
def stats(slug: str) -> ResponseReturnValue:
    """Show how much an index holds, how it grows and how it is used."""
    figures = IndexFigures.of(readable_index(slug))
    chosen = request.args.get("format")
    if chosen == JSON:
        return answer_json(as_document(figures))
    if chosen == CSV:
        return answer_csv(f"{slug}-statistics", ("kind", "value", "number"), as_rows(figures))
    return render_template("site/stats.html", page=StatsView.of(figures))
