"""Where administrators change the links of header and footer, and redirects."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.page_forms import LinkForm, RedirectForm
from app.admin.page_viewmodels import MenusView, RedirectsView
from app.admin.views import bp
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.pages import menus, queries, redirects
from app.pages.links import has_own_menus, read_menus
from app.web.errors import status_of
from app.web.http import go


@bp.get("/pages/menus")
def page_menus() -> ResponseReturnValue:
    """Show the links of header and footer."""
    return _show_menus(LinkForm(None))


@bp.post("/pages/menus")
def add_menu_link() -> ResponseReturnValue:
    """Put a link into a menu, or give the one to the same place other words."""
    form = LinkForm()
    if not form.validate():
        return _show_menus(form, code=400)
    try:
        with transaction():
            place, target = form.place.data, form.target.data
            menus.add_link(place, target, form.labels, actor=session_actor())
    except DomainError as error:
        form.blame(error)
        return _show_menus(form, code=status_of(error))
    flash(_("The link is in the menu."), "success")
    return go("admin.page_menus")


@bp.post("/pages/menus/link/<step>")
def move_menu_link(step: str) -> ResponseReturnValue:
    """Move a link of a menu, or remove it."""
    place, target = request.form.get("place", ""), request.form.get("target", "")
    with transaction():
        menus.move_link(place, target, step, actor=session_actor())
    flash(_("The menu is changed."), "success")
    return go("admin.page_menus")


@bp.post("/pages/menus/reset")
def reset_page_menus() -> ResponseReturnValue:
    """Have the links again that came with the software."""
    with transaction():
        menus.reset_menus(actor=session_actor())
    flash(_("The menus are those again that came with the software."), "success")
    return go("admin.page_menus")


@bp.get("/pages/redirects")
def page_redirects() -> ResponseReturnValue:
    """Show all redirects."""
    return _show_redirects(RedirectForm(None))


@bp.post("/pages/redirects")
def make_page_redirect() -> ResponseReturnValue:
    """Let a path lead somewhere."""
    form = RedirectForm()
    if not form.validate():
        return _show_redirects(form, code=400)
    path, target, is_permanent = form.path.data, form.target.data, form.is_permanent.data
    try:
        with transaction():
            actor = session_actor()
            redirects.make_redirect(path, target, is_permanent=is_permanent, actor=actor)
    except DomainError as error:
        form.blame(error)
        return _show_redirects(form, code=status_of(error))
    flash(_("%(path)s leads to %(target)s now.", path=path, target=target), "success")
    return go("admin.page_redirects")


@bp.post("/pages/redirects/remove")
def remove_page_redirect() -> ResponseReturnValue:
    """Let a path lead nowhere any more."""
    path = request.form.get("path", "")
    with transaction():
        redirects.remove_redirect(path, actor=session_actor())
    flash(_("%(path)s leads nowhere any more.", path=path), "success")
    return go("admin.page_redirects")


def _show_menus(form: LinkForm, *, code: int = 200) -> ResponseReturnValue:
    is_own = has_own_menus()
    page = MenusView(menus=read_menus(are_own=is_own), is_own=is_own, form=form)
    return render_template("admin/pages/menus.html", page=page), code


def _show_redirects(form: RedirectForm, *, code: int = 200) -> ResponseReturnValue:
    page = RedirectsView(redirects=tuple(queries.list_redirects()), form=form)
    return render_template("admin/pages/redirects.html", page=page), code
