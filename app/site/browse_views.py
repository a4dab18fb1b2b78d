"""Pages to browse: what projects have in common, who makes them, and what is new."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from trove_classifiers import classifiers

from app.core.exceptions import NotFound
from app.core.i18n import _l
from app.indexes.queries import MAIN
from app.search import labels as found
from app.search.browsing import (
    CREATED,
    NAME,
    NEWEST,
    POPULAR,
    Labelled,
    ProjectPage,
    count_labelled,
    find_label,
    list_projects,
)
from app.search.facts import CLASSIFIER, KEYWORD, LANGUAGE, LICENSE, LONGEST_LABEL, PYTHON
from app.search.labels import LabelPage
from app.search.releases import list_new_releases
from app.search.scopes import Scope
from app.search.turning import Key, Place
from app.search.walking import Order
from app.site import queries
from app.site.browse_viewmodels import (
    BrowseView,
    LabelsView,
    LabelView,
    MaintainersView,
    ProjectsView,
    Shelf,
    TreeView,
    Turning,
)
from app.site.cached_views import cached
from app.site.classifier_tree import BETWEEN, TOPIC, grow_tree
from app.site.cursors import moment, number, read_place, write_key
from app.site.labels import KINDS, label_address
from app.site.views import bp, readable_index

_MAIN = {"slug": MAIN}
_KINDS = {segment: kind for kind, segment in KINDS.items()}
# What the first page shows of each kind, in this order.
_SHELVES = (LICENSE, PYTHON, LANGUAGE, KEYWORD)
_TOP = 8
_SORTS = ("used", "name")
_LONGEST_TEXT = 100
# How the projects with a label can be sorted, and what the parts of their keys are.
_ORDERS: dict[str, tuple[Order, tuple[Callable[[str], Any], ...]]] = {
    "popular": (POPULAR, (number, str)),
    "newest": (NEWEST, (moment, str)),
    "name": (NAME, (str,)),
}


@bp.get("/browse/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/")
@cached
def browse(slug: str) -> str:
    """Show in which ways one can go through the projects."""
    scope = _readable_scope(slug)
    shelves = [
        Shelf(kind=kind, segment=KINDS[kind], lines=found.list_top(scope, kind, _TOP))
        for kind in _SHELVES
    ]
    topics = found.list_top(scope, CLASSIFIER, _TOP, begin=f"{TOPIC}{BETWEEN}")
    shelves.insert(0, Shelf(kind=CLASSIFIER, segment="topics", lines=topics))
    newest = list_projects(scope, CREATED, Place(), size=_TOP).lines
    page = BrowseView(slug=slug, shelves=tuple(shelves), newest=newest)
    return render_template("site/browse.html", page=page)


@bp.get("/browse/<kind>/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/<kind>/")
def labels(slug: str, kind: str) -> ResponseReturnValue:
    """Show the labels of a kind, and how many projects have each."""
    scope = _readable_scope(slug)
    wanted = _kind_of(kind)
    text = " ".join(request.args.get("q", "").replace("\0", " ").split())[:_LONGEST_TEXT]
    sort = _choose("sort", ("name", "used") if wanted == PYTHON else _SORTS)
    some = _list_labels(scope, wanted, text, sort)
    page = LabelsView(
        slug=slug,
        kind=wanted,
        segment=kind,
        sort=sort,
        text=text,
        lines=some.lines,
        turning=_turning(some.before, some.after),
        is_part=some.is_part,
    )
    return render_template("site/labels.html", page=page)


@bp.get("/browse/classifiers/", defaults={**_MAIN, "segment": "classifiers"})
@bp.get("/browse/topics/", defaults={**_MAIN, "segment": "topics"})
@bp.get("/index/<slug>/browse/classifiers/", defaults={"segment": "classifiers"})
@bp.get("/index/<slug>/browse/topics/", defaults={"segment": "topics"})
@cached
def classifier_tree(slug: str, segment: str) -> str:
    """Show the classifiers that projects carry, or the topics among them, as a tree."""
    scope = _readable_scope(slug)
    branches = grow_tree(found.list_all(scope, CLASSIFIER))
    if segment == "topics":
        topics = [branch for branch in branches if branch.name == TOPIC]
        branches = topics[0].branches if topics else ()
    page = TreeView(slug=slug, segment=segment, branches=branches)
    return render_template("site/classifier_tree.html", page=page)


@bp.get("/browse/topics/<path:value>/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/topics/<path:value>/")
def topic(slug: str, value: str) -> ResponseReturnValue:
    """Lead to the classifier that a topic is."""
    full = f"{TOPIC}{BETWEEN}{value}"
    target = url_for("site.label", slug=slug, kind=KINDS[CLASSIFIER], value=full)
    return redirect(target, code=301)


@bp.get("/browse/<kind>/<path:value>/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/<kind>/<path:value>/")
def label(slug: str, kind: str, value: str) -> ResponseReturnValue:
    """Show the projects that have a label."""
    scope = _readable_scope(slug)
    wanted = _get_label(scope, _kind_of(kind), value)
    sort = _choose("sort", tuple(_ORDERS))
    order, parts = _ORDERS[sort]
    some = list_projects(scope, order, _read_place(*parts), label=wanted)
    page = LabelView(
        slug=slug,
        kind=wanted.kind,
        segment=kind,
        value=value,
        count=count_labelled(scope, wanted),
        sort=sort,
        lines=some.lines,
        turning=_turning(some.before, some.after),
        address=None if some.before else label_address(wanted.kind, value, slug),
        below=_list_below(scope, wanted.kind, value),
    )
    return render_template("site/label.html", page=page)


@bp.get("/browse/newest/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/newest/")
def newest(slug: str) -> ResponseReturnValue:
    """Show the projects that came last."""
    scope = _readable_scope(slug)
    some = list_projects(scope, CREATED, _read_place(moment, str))
    return render_template("site/newest.html", page=_projects(slug, some))


@bp.get("/browse/releases/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/releases/")
def releases(slug: str) -> ResponseReturnValue:
    """Show the releases that came last."""
    scope = _readable_scope(slug)
    some = list_new_releases(scope, _read_place(moment, str, str))
    return render_template("site/releases.html", page=_projects(slug, some))


@bp.get("/browse/maintainers/", defaults=_MAIN)
@bp.get("/index/<slug>/browse/maintainers/")
def maintainers(slug: str) -> ResponseReturnValue:
    """Show the accounts that have a part in projects."""
    scope = _readable_scope(slug)
    text = request.args.get("q", "").replace("\0", "").strip()[:_LONGEST_TEXT]
    some = queries.list_maintainers(scope.index_ids, _read_place(str), text)
    page = MaintainersView(
        slug=slug, text=text, lines=some.lines, turning=_turning(some.before, some.after)
    )
    return render_template("site/maintainers.html", page=page)


def _readable_scope(slug: str) -> Scope:
    return Scope.of(readable_index(slug))


def _kind_of(segment: str) -> str:
    if segment not in _KINDS:
        raise NotFound(_l("There is nothing of this kind to browse."))
    return _KINDS[segment]


def _get_label(scope: Scope, kind: str, value: str) -> Labelled:
    is_possible = len(value) <= LONGEST_LABEL and "\0" not in value
    wanted = find_label(scope, kind, value) if is_possible else None
    if wanted is not None:
        return wanted
    # The list of all classifiers leads to those as well that nobody carries yet.
    if kind == CLASSIFIER and value in classifiers:
        return Labelled(0, kind, value, {})
    raise NotFound(_l("No project here has this in common with others."))


def _list_labels(scope: Scope, kind: str, text: str, sort: str) -> LabelPage:
    if text:
        return found.find_labels(scope, kind, text)
    place = _read_place(number, str)
    if sort == "name":
        return found.list_by_name(scope, kind, place)
    return found.list_most_used(scope, kind, place)


def _list_below(scope: Scope, kind: str, value: str) -> tuple[found.LabelLine, ...]:
    if kind != CLASSIFIER:
        return ()
    return found.list_beginning(scope, kind, f"{value}{BETWEEN}")


def _projects(slug: str, some: ProjectPage) -> ProjectsView:
    return ProjectsView(slug=slug, lines=some.lines, turning=_turning(some.before, some.after))


def _read_place(*parts: Callable[[str], Any]) -> Place:
    return read_place(request.args.get("after"), request.args.get("before"), *parts)


def _turning(before: Key | None, after: Key | None) -> Turning:
    return Turning(before=write_key(before), after=write_key(after))


def _choose(parameter: str, choices: tuple[str, ...]) -> str:
    chosen = request.args.get(parameter, "")
    return chosen if chosen in choices else choices[0]
