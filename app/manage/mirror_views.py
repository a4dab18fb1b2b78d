"""Where administrators look after mirrors."""

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core import jobs
from app.core.database import transaction
from app.core.exceptions import DomainError, NotFound
from app.core.i18n import _, _l, ngettext
from app.core.runtime import setting
from app.indexes.models import Index
from app.indexes.permissions import demand_site_admin, list_administered
from app.indexes.queries import MIRROR
from app.manage.index_views import administered
from app.manage.mirror_forms import PruneForm, RefreshForm
from app.manage.mirror_viewmodels import MirrorsView, MirrorView
from app.manage.views import bp
from app.mirror import keeping, status
from app.mirror.flights import count_arriving
from app.mirror.jobs import LOAD_NAMES, PRUNE
from app.mirror.pruning import Cut
from app.mirror.refreshing import refresh
from app.web.errors import status_of
from app.web.forms import Form
from app.web.http import go

_DUE, _COPIES = 50, 20


@bp.get("/manage/mirrors/")
@login_required
def mirrors() -> ResponseReturnValue:
    """Show how the mirrors are that the reader administers."""
    every = _list_mirrors()
    if request.args.get("format") == "json":
        told = [status.read_status(index, status.recall_use(index)) for index in every]
        return jsonify(status.as_document(told, count_arriving()))
    return _show({})


@bp.post("/manage/mirror/<slug>/refresh")
@login_required
def refresh_copy(slug: str) -> ResponseReturnValue:
    """Ask an upstream for a project now."""
    index, form = _mirror(slug), RefreshForm(prefix=f"{slug}-refresh-")
    if not form.validate():
        return _show({(slug, "refresh"): form}, code=400)
    name = form.project.data
    try:
        change = refresh(index.slug, name)
    except DomainError as error:
        form.blame(error)
        return _show({(slug, "refresh"): form}, code=status_of(error))
    if change.is_one:
        flash(_("The upstream tells something new of %(project)s.", project=name), "success")
    else:
        flash(_("The upstream tells nothing new of %(project)s.", project=name), "success")
    return go("manage.mirrors")


@bp.post("/manage/mirror/<slug>/names")
@login_required
def load_copied_names(slug: str) -> ResponseReturnValue:
    """Let the list of an upstream's names be loaded."""
    index = _mirror(slug)
    with transaction():
        jobs.enqueue(LOAD_NAMES, slug=index.slug)
    flash(_("The names are being loaded. That takes a minute or two."), "success")
    return go("manage.mirrors")


@bp.post("/manage/mirror/<slug>/prune")
@login_required
def prune_copies(slug: str) -> ResponseReturnValue:
    """Let files of a mirror be removed."""
    index, form = _mirror(slug), PruneForm(prefix=f"{slug}-prune-")
    if not form.validate():
        return _show({(slug, "prune"): form}, code=400)
    days, name = form.days.data, form.project.data or None
    count = Cut(index_id=index.id, project=name, unused=timedelta(days=days)).count().files
    told = ngettext("%(num)s file is being removed.", "%(num)s files are being removed.", count)
    with transaction():
        jobs.enqueue(PRUNE, index_id=index.id, project=name, unused_days=days)
    flash(told, "success")
    return go("manage.mirrors")


@bp.post("/manage/mirror/<slug>/pin/<address>/<filename>")
@login_required
def pin_copy(slug: str, address: str, filename: str) -> ResponseReturnValue:
    """Keep a file from being removed to make room."""
    index = _mirror(slug)
    with transaction():
        is_here = keeping.pin(index.id, address, filename)
    _demand(is_here)
    flash(_("%(filename)s stays from now on.", filename=filename), "success")
    return go("manage.mirrors")


@bp.post("/manage/mirror/<slug>/unpin/<address>/<filename>")
@login_required
def unpin_copy(slug: str, address: str, filename: str) -> ResponseReturnValue:
    """Let a file be removed when room is needed."""
    index = _mirror(slug)
    with transaction():
        is_here = keeping.unpin(index.id, address, filename)
    _demand(is_here)
    flash(_("%(filename)s may make room from now on.", filename=filename), "success")
    return go("manage.mirrors")


def _demand(is_here: bool) -> None:
    if not is_here:
        raise NotFound(_l("This file is not here any more."))


def _list_mirrors() -> list[Index]:
    """Return the mirrors that the reader may change; who may change none is refused."""
    actor = session_actor()
    found = [index for index in list_administered(actor) if index.kind == MIRROR]
    if not found:
        demand_site_admin(actor)
    return found


def _mirror(slug: str) -> Index:
    """Return a mirror that the reader may change."""
    index = administered(slug)
    if index.kind != MIRROR:
        raise NotFound(_l("This index is no mirror."))
    return index


def _show(forms: Mapping[tuple[str, str], Form], *, code: int = 200) -> ResponseReturnValue:
    """Answer with the page, with forms that were refused in place of fresh ones."""
    every = _list_mirrors()
    page = MirrorsView(
        mirrors=tuple(_view(index, forms) for index in every),
        largest=tuple(status.list_largest(every, _COPIES)),
        newest=tuple(status.list_newest(every, _COPIES)),
        arriving=count_arriving(),
        bound=setting("MIRROR_CACHE_BYTES"),
        days=status.DAYS,
    )
    return render_template("manage/mirrors.html", page=page), code


def _view(index: Index, forms: Mapping[tuple[str, str], Form]) -> MirrorView:
    slug = index.slug
    return MirrorView(
        status=status.read_status(index, status.recall_use(index)),
        due=tuple(status.list_due(index, _DUE)),
        refresh_form=forms.get((slug, "refresh")) or RefreshForm(None, prefix=f"{slug}-refresh-"),
        prune_form=forms.get((slug, "prune")) or PruneForm(None, prefix=f"{slug}-prune-"),
    )
