"""Statistics for those who run the site."""

from datetime import date

from flask import render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.admin.stats_queries import find_unused, list_unused
from app.admin.stats_viewmodels import (
    UNUSED_HEADS,
    OfficeFigures,
    OfficeStatsView,
    as_document,
    as_rows,
    describe_unused,
    unused_row,
)
from app.admin.views import bp
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.site.stats_tables import CSV, JSON, answer_csv, answer_json
from app.stats.charts import list_last_months

_LARGEST = 2**63 - 1


@bp.get("/stats/")
def stats() -> ResponseReturnValue:
    """Show what was sent, what is downloaded most, and by what."""
    figures = OfficeFigures.of(_read_month())
    chosen = request.args.get("format")
    if chosen == JSON:
        return answer_json(as_document(figures))
    if chosen == CSV:
        heads = ("kind", "index", "value", "downloads", "bytes")
        return answer_csv("downloads", heads, as_rows(figures))
    return render_template("admin/stats.html", page=OfficeStatsView.of(figures))


@bp.get("/stats/unused")
def unused() -> ResponseReturnValue:
    """Show the files of our own that nobody has downloaded for a year."""
    chosen = request.args.get("format")
    if chosen == CSV:
        answer = answer_csv("unused-files", UNUSED_HEADS, map(unused_row, list_unused()))
        answer.response = stream_with_context(answer.iter_encoded())
        return answer
    after = request.args.get("after", 0, type=int)
    if not 0 <= after <= _LARGEST:
        raise NotFound(_l("There is no such page."))
    page = find_unused(after)
    if chosen == JSON:
        return answer_json(describe_unused(page))
    return render_template("admin/unused.html", page=page, after=after)


def _read_month() -> date:
    """Return the month that is asked for as `2026-05`, or this one."""
    months = list_last_months()
    asked = request.args.get("month")
    found = {f"{month:%Y-%m}": month for month in months}
    if asked is not None and asked not in found:
        raise NotFound(_l("There are figures of the last twelve months."))
    return found.get(asked or "", months[-1])
