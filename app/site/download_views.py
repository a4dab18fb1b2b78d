"""The downloads of one project, for programs."""

from collections.abc import Iterator

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.indexes.queries import MAIN
from app.projects.exceptions import ProjectNotFound
from app.projects.names import normalise
from app.site.stats_tables import CSV, FORMATS, answer_csv, answer_json
from app.site.views import bp, readable_index
from app.sources.registry import source_for
from app.stats.series import Course, Shares, find_course, find_shares

_MAIN = {"slug": MAIN}


@bp.get("/project/<name>/downloads", defaults=_MAIN)
@bp.get("/index/<slug>/project/<name>/downloads")
def project_downloads(slug: str, name: str) -> ResponseReturnValue:
    """Tell the downloads of a project as JSON or CSV, or lead to the page that shows them."""
    index = readable_index(slug)
    detail = source_for(index).find_release(name, None)
    if detail is None:
        raise ProjectNotFound
    chosen, project = request.args.get("format"), normalise(name)
    if chosen not in FORMATS:
        page = url_for("site.project", slug=slug, name=project, tab="downloads")
        return redirect(page, code=302)
    course = find_course([detail.index_slug], project)
    shares = find_shares([detail.index_slug], project)
    if chosen == CSV:
        return answer_csv(
            f"{project}-downloads", ("kind", "value", "downloads"), _rows(course, shares)
        )
    return answer_json({"name": detail.name, **as_document(course, shares)})


def as_document(course: Course, shares: dict[str, Shares]) -> dict[str, object]:
    """Return how downloads went and divide as JSON tells it."""
    return {
        "days": {f"{total.day}": total.count for total in course.days},
        "months": {f"{total.day:%Y-%m}": total.count for total in course.months},
        "last_12_months_by": {
            kind: {part.value: part.count for part in told.parts} for kind, told in shares.items()
        },
    }


def _rows(course: Course, shares: dict[str, Shares]) -> Iterator[tuple[str, str, int]]:
    for total in course.days:
        yield "day", f"{total.day}", total.count
    for total in course.months:
        yield "month", f"{total.day:%Y-%m}", total.count
    for kind, told in shares.items():
        for part in told.parts:
            yield kind, part.value, part.count
