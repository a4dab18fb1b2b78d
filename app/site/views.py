"""The pages that everybody reads who may read the index."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.exceptions import NotFound, Unavailable
from app.core.i18n import _, _l
from app.indexes.models import Index
from app.indexes.permissions import demand_read
from app.indexes.queries import MAIN, get_index
from app.indexes.upstreams import list_hosts
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.projects.names import normalise
from app.search.projects import LAST_PAGE, LONGEST_TEXT, search_projects
from app.site import queries, refreshing
from app.site.refreshing import JustAsked
from app.site.viewmodels import HomeView, ProfileView, ProjectView, SearchView
from app.sources.page import ReleaseDetail
from app.sources.registry import source_for
from app.web.http import base_url, go

bp = Blueprint("site", __name__)

_NEWEST = 12
# The short addresses speak for this index, and redirect who names it.
_MAIN = {"slug": MAIN}


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show what the index is, how much it holds and what is new."""
    index = _readable_index()
    page = HomeView(
        counters=queries.count_catalogue(index.id),
        newest=queries.list_newest(index.id, _NEWEST),
        index_url=index_url(),
        upload_url=upload_url(),
        upstreams=list_hosts(index),
    )
    return render_template("site/home.html", page=page)


@bp.get("/search", defaults=_MAIN)
@bp.get("/index/<slug>/search")
def search(slug: str) -> ResponseReturnValue:
    """Show the projects whose names fit, or all of them."""
    index = _readable_index(slug)
    text = request.args.get("q", "").strip()[:LONGEST_TEXT]
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= LAST_PAGE:
        raise NotFound(_l("There is no such page of results."))
    hits = search_projects(index, text, number)
    if number > hits.pages:
        raise NotFound(_l("There is no such page of results."))
    return render_template("site/search.html", page=SearchView(slug=slug, text=text, hits=hits))


@bp.get("/project/<name>/", defaults=_MAIN)
@bp.get("/index/<slug>/project/<name>/")
def project(slug: str, name: str) -> ResponseReturnValue:
    """Show a project at the release that people should install."""
    index = _readable_index(slug)
    detail = _find_release(index, name)
    if detail is None:
        raise ProjectNotFound
    if name != detail.normalized_name:
        return _moved("site.project", slug=slug, name=detail.normalized_name)
    return _show(index, detail)


@bp.get("/project/<name>/<version>/", defaults=_MAIN)
@bp.get("/index/<slug>/project/<name>/<version>/")
def release(slug: str, name: str, version: str) -> ResponseReturnValue:
    """Show a project at one of its releases."""
    index = _readable_index(slug)
    detail = _find_release(index, name, version)
    if detail is None:
        raise ReleaseNotFound
    if (name, version) != (detail.normalized_name, detail.version):
        place = {"name": detail.normalized_name, "version": detail.version}
        return _moved("site.release", slug=slug, **place)
    return _show(index, detail)


@bp.post("/refresh/<name>", defaults=_MAIN)
@bp.post("/index/<slug>/refresh/<name>")
@login_required
def refresh(slug: str, name: str) -> ResponseReturnValue:
    """Ask the upstream of a project what is new, and tell how that went."""
    source = source_for(_readable_index(slug))
    try:
        refreshing.refresh(source, name)
    except (JustAsked, Unavailable) as error:
        flash(str(error), "warning")
    else:
        flash(_("This is what the upstream says at this moment."), "success")
    return go("site.project", slug=slug, name=normalise(name))


@bp.get("/user/<username>/")
def profile(username: str) -> ResponseReturnValue:
    """Show a person and what they publish."""
    index = _readable_index()
    person = queries.find_profile(username)
    if person is None:
        raise NotFound(_l("There is nobody of this name here."))
    if person.username != username:
        return _moved("site.profile", username=person.username)
    page = ProfileView(
        person=person,
        projects=queries.list_published_by(index.id, person.account_id),
        is_own=session_actor().account_id == person.account_id,
    )
    return render_template("site/profile.html", page=page)


def index_url(slug: str = MAIN) -> str:
    """Return the address that installers are pointed at."""
    return f"{base_url()}/simple/" if slug == MAIN else f"{base_url()}/index/{slug}/simple/"


def upload_url() -> str:
    """Return the address that uploaders are pointed at."""
    return f"{base_url()}/legacy/"


def _readable_index(slug: str = MAIN) -> Index:
    index = get_index(slug)
    demand_read(session_actor(), index)
    return index


def _find_release(index: Index, name: str, version: str | None = None) -> ReleaseDetail | None:
    source = source_for(index)
    source.freshen_release(name, version)
    return source.find_release(name, version)


def _show(index: Index, detail: ReleaseDetail) -> ResponseReturnValue:
    page = ProjectView.of(
        detail,
        slug=index.slug,
        tab=request.args.get("tab", ""),
        actor=session_actor(),
        index_url=index_url(index.slug),
        has_upstream=bool(list_hosts(index)),
    )
    return render_template("site/project.html", page=page)


def _moved(endpoint: str, **values: str) -> ResponseReturnValue:
    # Flask leaves a parameter out whose value is None.
    tab = request.args.get("tab")
    return redirect(url_for(endpoint, tab=tab, **values), code=301)  # type: ignore[arg-type]
