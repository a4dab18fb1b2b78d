"""The pages of projects, one for each release."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.exceptions import Unavailable
from app.core.i18n import _
from app.indexes.models import Index
from app.indexes.queries import MAIN, PUBLIC, openness
from app.indexes.upstreams import list_hosts
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.metadata import needed_name
from app.projects.names import normalise
from app.search.dependents import find_related
from app.search.queries import list_listings
from app.search.scopes import Scope
from app.site import refreshing
from app.site.downloads import downloads_of
from app.site.history import find_history
from app.site.project_viewmodels import DOWNLOADS, HISTORY, KnownView, Place, ProjectView
from app.site.refreshing import JustAsked
from app.site.requirements import MOST_NEEDS
from app.site.snippets import list_snippets
from app.site.views import bp, index_url, moved, readable_index
from app.sources.page import ReleaseDetail
from app.sources.registry import is_resting, source_for
from app.web.http import absolute_url, go

# The short addresses speak for this index, and redirect who names it.
_MAIN = {"slug": MAIN}
_DEPENDENTS = 10


@bp.get("/project/<name>/", defaults=_MAIN)
@bp.get("/index/<slug>/project/<name>/")
def project(slug: str, name: str) -> ResponseReturnValue:
    """Show a project at the release that people should install."""
    index = readable_index(slug)
    detail = find_release(index, name)
    if detail is None:
        return _show_known(index, name)
    if name != detail.normalized_name:
        return moved("site.project", slug=slug, name=detail.normalized_name)
    return _show(index, detail)


@bp.get("/project/<name>/<version>/", defaults=_MAIN)
@bp.get("/index/<slug>/project/<name>/<version>/")
def release(slug: str, name: str, version: str) -> ResponseReturnValue:
    """Show a project at one of its releases."""
    index = readable_index(slug)
    detail = find_release(index, name, version)
    if detail is None:
        raise ReleaseNotFound
    if (name, version) != (detail.normalized_name, detail.version):
        place = {"name": detail.normalized_name, "version": detail.version}
        return moved("site.release", slug=slug, **place)
    return _show(index, detail)


@bp.post("/refresh/<name>", defaults=_MAIN)
@bp.post("/index/<slug>/refresh/<name>")
@login_required
def refresh(slug: str, name: str) -> ResponseReturnValue:
    """Ask the upstream of a project what is new, and tell how that went."""
    source = source_for(readable_index(slug))
    try:
        refreshing.refresh(source, name)
    except (JustAsked, Unavailable) as error:
        flash(str(error), "warning")
    else:
        flash(_("This is what the upstream says at this moment."), "success")
    return go("site.project", slug=slug, name=normalise(name))


def find_release(index: Index, name: str, version: str | None = None) -> ReleaseDetail | None:
    """Return a release as fresh as its page would show it, or None."""
    return source_for(index).visit(name, version)


def _show_known(index: Index, name: str) -> ResponseReturnValue:
    """Show what is known of a project of which nothing can be had."""
    scope, normalized = Scope.of(index), normalise(name)
    known = (list_listings(each.id, {normalized}) for each in scope.indexes if is_resting(each))
    lines = scope.lines(listing for listings in known for listing in listings)
    if not lines:
        raise ProjectNotFound
    if name != normalized:
        return moved("site.project", slug=index.slug, name=normalized)
    return render_template("site/known.html", page=KnownView(slug=index.slug, line=lines[0]))


def _show(index: Index, detail: ReleaseDetail) -> ResponseReturnValue:
    name, tab = detail.normalized_name, request.args.get("tab", "")
    number = request.args.get("page", type=int)
    needed = {needed_name(requirement) for requirement in detail.requires_dist[:MOST_NEEDS]} - {""}
    page = ProjectView.of(
        detail,
        _find_place(index, name, tab),
        related=find_related(Scope.of(index), name, needed, _DEPENDENTS),
        snippets=list_snippets(index.slug, name),
        history=find_history(detail, number) if tab == HISTORY else None,
        downloads=downloads_of(detail.index_slug, name) if tab == DOWNLOADS else None,
    )
    return render_template("site/project.html", page=page)


def _find_place(index: Index, name: str, tab: str) -> Place:
    return Place(
        slug=index.slug,
        tab=tab,
        actor=session_actor(),
        url=absolute_url("site.project", slug=index.slug, name=name),
        index_url=index_url(index.slug),
        has_upstream=bool(list_hosts(index)),
        is_public=openness(index) == PUBLIC,
    )
