"""The front page."""

from flask import render_template

from app.indexes.upstreams import list_hosts
from app.projects.totals import find_totals
from app.search.browsing import CREATED, USED, list_projects
from app.search.facts import CLASSIFIER
from app.search.labels import list_top
from app.search.releases import list_new_releases, list_own_releases
from app.search.scopes import Scope
from app.search.turning import Place
from app.site.cached_views import cached
from app.site.classifier_tree import BETWEEN, TOPIC
from app.site.queries import count_names
from app.site.viewmodels import HomeView
from app.site.views import bp, index_url, readable_index, upload_url
from app.sources.page import ProjectLine

_RELEASES, _PROJECTS, _TOPICS = 6, 5, 8
# Whoever publishes a lot in a day leaves room for others.
_LOOKED_AT = 30


@bp.get("/")
@cached
def home() -> str:
    """Show what the index is, how much it holds, what is new and what is used most."""
    index = readable_index()
    scope = Scope.of(index)
    page = HomeView(
        counts=find_totals(scope.index_ids),
        known=count_names(scope),
        releases=_list_releases(scope),
        projects=list_projects(scope, CREATED, Place(), size=_PROJECTS).lines,
        popular=list_projects(scope, USED, Place(), size=_PROJECTS).lines,
        topics=list_top(scope, CLASSIFIER, _TOPICS, begin=f"{TOPIC}{BETWEEN}"),
        index_url=index_url(),
        upload_url=upload_url(),
        upstreams=list_hosts(index),
    )
    return render_template("site/home.html", page=page)


def _list_releases(scope: Scope) -> tuple[ProjectLine, ...]:
    """Return the newest release of each project that has a new one."""
    found = list_own_releases(scope, _LOOKED_AT)
    found = found or list_new_releases(scope, Place(), size=_LOOKED_AT).lines
    newest: dict[str, ProjectLine] = {}
    for line in found:
        newest.setdefault(line.normalized_name, line)
    return tuple(newest.values())[:_RELEASES]
