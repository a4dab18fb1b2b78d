"""Pages that tell which indexes there are, and where each has its projects from."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.indexes.models import Index
from app.indexes.permissions import (
    get_readable,
    list_administered,
    list_readable,
    may_administer,
)
from app.indexes.queries import MAIN, find_paths, list_edges, list_paths, narrowest, openness
from app.indexes.upstreams import find_host
from app.site.index_viewmodels import IndexesView, IndexPageView, IndexSummary, Looked
from app.site.origins import NamePage, list_origins, list_own_origins
from app.site.views import bp, index_url, upload_url
from app.web.http import base_url


@bp.get("/indexes/")
def indexes() -> ResponseReturnValue:
    """Show the indexes that the reader may see."""
    actor, edges = session_actor(), list_edges()
    administered = {index.slug for index in list_administered(actor)}
    summaries = (
        IndexSummary(
            slug=index.slug,
            title=index.title,
            kind=index.kind,
            readers=narrowest(find_paths(index, edges)),
            host=find_host(index),
            bases=tuple(base.slug for base in edges.get(index.id, ())),
            url=address(index.slug),
            may_manage=index.slug in administered,
        )
        for index in sorted(list_readable(actor), key=lambda index: index.slug != MAIN)
    )
    return render_template("site/indexes.html", page=IndexesView(indexes=tuple(summaries)))


@bp.get("/index/<slug>/")
def index(slug: str) -> ResponseReturnValue:
    """Show how to use an index, and for every name in it where it comes from."""
    actor = session_actor()
    index = get_readable(actor, slug)
    page = IndexPageView(
        slug=index.slug,
        title=index.title,
        kind=index.kind,
        readers=openness(index),
        url=address(slug),
        upload_url=upload_address(slug) if index.kind == "hosted" else None,
        looked=_list_looked(index),
        names=_list_names(index),
        may_manage=may_administer(actor, index),
    )
    return render_template("site/index.html", page=page)


def _list_names(index: Index) -> NamePage:
    text, begin = request.args.get("q", ""), request.args.get("from", "")
    if request.args.get("own"):
        return list_own_origins(index, text, begin)
    return list_origins(index, text, begin)


def address(slug: str) -> str:
    """Return the address of an index for installers."""
    return index_url() if slug == MAIN else f"{base_url()}/index/{slug}/simple/"


def upload_address(slug: str) -> str:
    """Return the address of an index for uploaders."""
    return upload_url() if slug == MAIN else f"{base_url()}/index/{slug}/legacy/"


def _list_looked(index: Index) -> tuple[Looked, ...]:
    """Return the indexes in the order in which names are looked for: mirrors come last."""
    ends = [path[-1] for path in list_paths(index)]
    return tuple(Looked.of(each) for each in sorted(ends, key=lambda end: end.kind == "mirror"))
