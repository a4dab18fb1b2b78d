"""Where administrators manage indexes: making, changing and removing them."""

from collections.abc import Callable

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.accounts.auth import session_actor
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _, ngettext
from app.indexes import services
from app.indexes.models import Index
from app.indexes.permissions import demand_administer, get_readable, list_administered
from app.indexes.queries import get_index, list_edges
from app.indexes.upstreams import change_upstream
from app.manage.index_forms import (
    IndexForm,
    RemovalForm,
    SettingsForm,
    UpstreamForm,
    settings_of,
)
from app.manage.index_pages import index_view
from app.manage.index_viewmodels import IndexesView, IndexLine
from app.manage.views import bp
from app.web.errors import status_of
from app.web.forms import Form
from app.web.http import go


@bp.get("/manage/indexes/")
@login_required
def indexes() -> ResponseReturnValue:
    """Show the indexes that the reader may change."""
    return _list(IndexForm(None) if session_actor().is_admin else None)


@bp.post("/manage/indexes/")
@login_required
def make_index() -> ResponseReturnValue:
    """Make another index."""
    actor, form = session_actor(), IndexForm()
    if actor.is_admin and not form.validate():
        return _list(form, code=400)
    facts = {"kind": form.kind.data, "visibility": form.visibility.data}
    try:
        with transaction():
            slug = services.open_index(form.slug.data, form.title.data, **facts, actor=actor).slug
    except DomainError as error:
        if not actor.is_admin:
            raise
        form.blame(error)
        return _list(form, code=status_of(error))
    flash(_("The index %(slug)s is made.", slug=slug), "success")
    return go("manage.index", slug=slug)


@bp.get("/manage/index/<slug>/")
@login_required
def index(slug: str) -> ResponseReturnValue:
    """Show an index to its administrator."""
    return show_index(slug)


@bp.post("/manage/index/<slug>/settings")
@login_required
def change_settings(slug: str) -> ResponseReturnValue:
    """Change what can be set of an index."""
    form = settings_of(administered(slug).kind)(prefix="settings-")
    return change(slug, "settings", form, _keep(form), _("The settings are changed."))


@bp.post("/manage/index/<slug>/upstream")
@login_required
def set_upstream(slug: str) -> ResponseReturnValue:
    """Let a mirror copy another address."""
    administered(slug)
    form, actor = UpstreamForm(prefix="upstream-"), session_actor()

    def deed(index: Index) -> None:
        change_upstream(index, form.upstream_url.data or "", actor=actor)

    return change(slug, "upstream", form, deed, _("The upstream is changed."))


@bp.post("/manage/index/<slug>/remove")
@login_required
def remove_index(slug: str) -> ResponseReturnValue:
    """Remove an index."""
    administered(slug)
    form, actor = RemovalForm(prefix="removal-"), session_actor()
    if not form.validate():
        return show_index(slug, forms={"removal": form}, code=400)
    try:
        with transaction():
            dependents = services.remove_index(
                get_index(slug),
                form.confirmation.data,
                with_projects=form.with_projects.data,
                actor=actor,
            )
    except DomainError as error:
        form.blame(error)
        return show_index(slug, forms={"removal": form}, code=status_of(error))
    flash(_("The index %(slug)s is removed.", slug=slug), "success")
    if dependents:
        told = ngettext(
            "One index works without it from now on.",
            "%(num)s indexes work without it from now on.",
            len(dependents),
        )
        flash(told, "warning")
    return go("manage.indexes")


def administered(slug: str) -> Index:
    """Return an index that the reader may change."""
    index = get_readable(session_actor(), slug)
    demand_administer(session_actor(), index)
    return index


def show_index(
    slug: str, *, forms: dict[str, Form] | None = None, code: int = 200
) -> ResponseReturnValue:
    """Answer with the page of an index, with forms that were refused in place of fresh ones."""
    index, name = administered(slug), request.args.get("origin", "").strip()
    page = index_view(session_actor(), index, name=name, forms=forms or {})
    return render_template("manage/index.html", page=page), code


def change(
    slug: str, part: str, form: Form, deed: Callable[[Index], None], message: str
) -> ResponseReturnValue:
    """Do something to an index as a form says, or show what was refused."""
    if not form.validate():
        return show_index(slug, forms={part: form}, code=400)
    try:
        with transaction():
            deed(get_index(slug))
    except DomainError as error:
        form.blame(error)
        return show_index(slug, forms={part: form}, code=status_of(error))
    flash(message, "success")
    return go("manage.index", slug=slug, _anchor=part)


def _keep(form: SettingsForm) -> Callable[[Index], None]:
    """Return what changes those settings of an index that a form has otherwise."""
    actor = session_actor()

    def keep(index: Index) -> None:
        if form.title.data != index.title:
            services.change_title(index, form.title.data, actor=actor)
        if form.visibility.data != index.visibility:
            services.change_visibility(index, form.visibility.data, actor=actor)
        if form.age != index.settings.get(services.AGE):
            services.change_age(index, form.age, actor=actor)
        for rule, default in services.RULES.items():
            if rule in form and form[rule].data != index.settings.get(rule, default):
                services.change_rule(index, rule, is_on=form[rule].data, actor=actor)

    return keep


def _list(form: IndexForm | None, *, code: int = 200) -> ResponseReturnValue:
    bases = {number: tuple(base.slug for base in each) for number, each in list_edges().items()}
    lines = (
        IndexLine.of(each, bases.get(each.id, ())) for each in list_administered(session_actor())
    )
    page = IndexesView(indexes=tuple(lines), form=form)
    return render_template("manage/indexes.html", page=page), code
