"""The pages that everybody reads who may read the index."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.indexes.models import Index
from app.indexes.permissions import demand_read
from app.indexes.queries import MAIN, get_index
from app.site import queries
from app.site.viewmodels import ProfileView
from app.web.http import base_url

bp = Blueprint("site", __name__)

# The short addresses speak for this index, and redirect who names it.
_MAIN = {"slug": MAIN}


@bp.get("/user/<username>/")
def profile(username: str) -> ResponseReturnValue:
    """Show a person and what they publish."""
    index = readable_index()
    person = queries.find_profile(username)
    if person is None:
        raise NotFound(_l("There is nobody of this name here."))
    if person.username != username:
        return moved("site.profile", username=person.username)
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


def readable_index(slug: str = MAIN) -> Index:
    """Return an index that the reader may see; raises what says why not."""
    index = get_index(slug)
    demand_read(session_actor(), index)
    return index


def moved(endpoint: str, **values: str) -> ResponseReturnValue:
    """Send a reader to the one address of a page for good; the tab goes along."""
    # Flask leaves a parameter out whose value is None.
    tab = request.args.get("tab")
    return redirect(url_for(endpoint, tab=tab, **values), code=301)  # type: ignore[arg-type]
