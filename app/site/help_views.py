"""Pages that explain: this site, its people, and how to point tools at it."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from flask import render_template
from flask.typing import ResponseReturnValue
from trove_classifiers import sorted_classifiers

from app.core.exceptions import NotFound
from app.core.i18n import _, _l
from app.core.runtime import setting
from app.indexes.queries import get_index
from app.indexes.upstreams import list_hosts
from app.site.queries import Profile, list_team
from app.site.views import bp, index_url, upload_url

# In the order in which they are listed; each is a template of this name.
INSTALLING = {"pip": "pip", "uv": "uv", "poetry": "Poetry", "pdm": "PDM"}
PUBLISHING = {
    "publishing": _l("Publishing a release"),
    "twine": "Twine",
    "hatch": "Hatch",
    "flit": "Flit",
}
TOPICS = {
    "indexes": _l("Indexes and upstreams"),
    "tokens": _l("API tokens"),
    "yanking": _l("Yanking and deleting"),
}
PAGES = {**INSTALLING, **PUBLISHING, **TOPICS}


@dataclass(frozen=True, kw_only=True)
class HelpView:
    """A help page, with the addresses of this very server and the hosts that it copies."""

    slug: str
    title: str
    index_url: str
    upload_url: str
    host: str
    upstreams: tuple[str, ...]

    @property
    def needs_trust(self) -> bool:
        """Tell whether the site is served in the clear, which installers want to be told."""
        return self.index_url.startswith("http://") and self.host not in {"localhost", "127.0.0.1"}


@dataclass(frozen=True, kw_only=True)
class AboutView:
    """Who runs the site and how to reach them."""

    team: tuple[Profile, ...]
    contact: str | None


@bp.get("/help/")
def help() -> ResponseReturnValue:
    """Show the list of help pages."""
    shelves = {"installing": INSTALLING, "publishing": PUBLISHING, "topics": TOPICS}
    return render_template("site/help.html", page=_view("", _("Help")), **shelves)


@bp.get("/help/<slug>")
def help_page(slug: str) -> ResponseReturnValue:
    """Show one help page."""
    if slug not in PAGES:
        raise NotFound(_l("There is no help page of this name."))
    return render_template(f"site/help/{slug}.html", page=_view(slug, str(PAGES[slug])))


@bp.get("/about")
def about() -> ResponseReturnValue:
    """Show who runs this site."""
    page = AboutView(team=list_team(), contact=setting("CONTACT_EMAIL"))
    return render_template("site/about.html", page=page)


@bp.get("/classifiers/")
def classifiers() -> ResponseReturnValue:
    """Show all classifiers that a release may carry."""
    return render_template("site/classifiers.html", groups=_grouped_classifiers())


def _view(slug: str, title: str) -> HelpView:
    return HelpView(
        slug=slug,
        title=title,
        index_url=index_url(),
        upload_url=upload_url(),
        host=urlsplit(index_url()).hostname or "",
        upstreams=list_hosts(get_index()),
    )


@cache
def _grouped_classifiers() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted_classifiers:
        groups.setdefault(name.partition(" :: ")[0], []).append(name)
    return groups
