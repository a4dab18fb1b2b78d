"""The page that lists who needs a project."""

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.indexes.queries import MAIN
from app.projects.exceptions import ProjectNotFound
from app.projects.names import LONGEST, normalise
from app.search.dependents import Dependents, Place, list_dependents
from app.search.popularity import MOST
from app.search.scopes import Scope
from app.site.views import bp, moved, readable_index

_PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class DependentsView:
    """Some of those who need a project; `is_first` tells whether they are the first."""

    slug: str
    name: str
    found: Dependents
    is_first: bool


@bp.get("/project/<name>/dependents/", defaults={"slug": MAIN})
@bp.get("/index/<slug>/project/<name>/dependents/")
def dependents(slug: str, name: str) -> ResponseReturnValue:
    """List who needs a project, the most popular first."""
    index = readable_index(slug)
    scope, normalized = Scope.of(index), normalise(name)
    after = _read_place()
    if not scope.listed([normalized]):
        raise ProjectNotFound
    if name != normalized:
        return moved("site.dependents", slug=slug, name=normalized)
    page = DependentsView(
        slug=slug,
        name=normalized,
        found=list_dependents(scope, normalized, _PAGE_SIZE, after),
        is_first=after is None,
    )
    return render_template("site/dependents.html", page=page)


def _read_place() -> Place | None:
    """Return behind which place the list begins; raises `NotFound` for what is none."""
    if "after" not in request.args:
        return None
    popularity, name = request.args.get("below", type=int), request.args["after"]
    is_place = popularity is not None and 0 <= popularity <= MOST
    if not is_place or len(name) > LONGEST or "\0" in name:
        raise NotFound(_l("There is no such page of this list."))
    return Place(popularity or 0, name)
