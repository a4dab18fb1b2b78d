"""The pages that everybody reads who may read the index."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.indexes.models import Index
from app.indexes.permissions import demand_read
from app.indexes.queries import MAIN, get_index
from app.projects.exceptions import ProjectNotFound, ReleaseNotFound
from app.site import queries
from app.site.viewmodels import HomeView, ProfileView, ProjectView, SearchView
from app.sources.page import ReleaseDetail
from app.sources.registry import source_for
from app.web.http import base_url

bp = Blueprint("site", __name__)

_NEWEST = 12


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show what the index is, how much it holds and what is new."""
    index = _readable_index()
    page = HomeView(
        counters=queries.count_catalogue(index.id),
        newest=queries.list_newest(index.id, _NEWEST),
        index_url=index_url(),
        upload_url=upload_url(),
    )
    return render_template("site/home.html", page=page)


@bp.get("/search")
def search() -> ResponseReturnValue:
    """Show the projects whose names fit, or all of them."""
    index = _readable_index()
    text = request.args.get("q", "").strip()[: queries.LONGEST_SEARCH]
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= queries.LAST_PAGE:
        raise NotFound(_l("There is no such page of results."))
    hits = queries.search_names(index.id, text, number)
    if number > hits.pages:
        raise NotFound(_l("There is no such page of results."))
    return render_template("site/search.html", page=SearchView(text=text, hits=hits))


@bp.get("/project/<name>/")
def project(name: str) -> ResponseReturnValue:
    """Show a project at the release that people should install."""
    index = _readable_index()
    detail = source_for(index).find_release(name)
    if detail is None:
        raise ProjectNotFound
    if name != detail.normalized_name:
        return _moved("site.project", name=detail.normalized_name)
    return _show(detail)


@bp.get("/project/<name>/<version>/")
def release(name: str, version: str) -> ResponseReturnValue:
    """Show a project at one of its releases."""
    index = _readable_index()
    detail = source_for(index).find_release(name, version)
    if detail is None:
        raise ReleaseNotFound
    if (name, version) != (detail.normalized_name, detail.version):
        return _moved("site.release", name=detail.normalized_name, version=detail.version)
    return _show(detail)


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


def index_url() -> str:
    """Return the address that installers are pointed at."""
    return f"{base_url()}/simple/"


def upload_url() -> str:
    """Return the address that uploaders are pointed at."""
    return f"{base_url()}/legacy/"


def _readable_index() -> Index:
    index = get_index(MAIN)
    demand_read(session_actor(), index)
    return index


def _show(detail: ReleaseDetail) -> ResponseReturnValue:
    page = ProjectView.of(
        detail,
        tab=request.args.get("tab", ""),
        actor=session_actor(),
        index_url=index_url(),
    )
    return render_template("site/project.html", page=page)


def _moved(endpoint: str, **values: str) -> ResponseReturnValue:
    # Flask leaves a parameter out whose value is None.
    tab = request.args.get("tab")
    return redirect(url_for(endpoint, tab=tab, **values), code=301)  # type: ignore[arg-type]
