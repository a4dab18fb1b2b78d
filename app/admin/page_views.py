"""Where administrators write pages."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.editor_views import (
    asked_locale,
    asked_path,
    render_preview,
    show_clash,
    show_editor,
)
from app.admin.page_forms import (
    PREVIEW,
    PUBLISH,
    NewPageForm,
    PlaceForm,
    RemovePageForm,
    TextForm,
)
from app.admin.page_viewmodels import PagesView
from app.admin.views import bp
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _
from app.pages import services
from app.pages.exceptions import TextChanged
from app.pages.listing import STATES, list_lines
from app.pages.opening import change_place, open_page, remove_page
from app.web.errors import status_of
from app.web.http import go

_LONGEST_TEXT = 200


@bp.get("/pages/")
def pages() -> ResponseReturnValue:
    """List the pages, all of them or those that are looked for."""
    text, state = request.args.get("q", "").strip()[:_LONGEST_TEXT], request.args.get("state", "")
    state = state if state in STATES else ""
    page = PagesView(lines=tuple(list_lines(text=text, state=state)), text=text, state=state)
    return render_template("admin/pages/list.html", page=page)


@bp.get("/pages/new")
def new_page() -> ResponseReturnValue:
    """Ask where a new page is to be."""
    form = NewPageForm(None, path=request.args.get("path", ""))
    return render_template("admin/pages/new.html", form=form)


@bp.post("/pages/new")
def make_page() -> ResponseReturnValue:
    """Make a place for a page; its text is written there."""
    form = NewPageForm()
    if not form.validate():
        return render_template("admin/pages/new.html", form=form), 400
    try:
        with transaction():
            path = open_page(form.path.data, actor=session_actor()).path
    except DomainError as error:
        form.blame(error)
        return render_template("admin/pages/new.html", form=form), status_of(error)
    return go("admin.edit_page", path=path, locale=form.locale.data)


@bp.get("/pages/edit")
def edit_page() -> ResponseReturnValue:
    """Show a page in one language, to be written."""
    return show_editor(asked_path(), asked_locale())


@bp.post("/pages/edit")
def save_page() -> ResponseReturnValue:
    """Show a text as it would look, keep it as a draft, or let everybody see it."""
    path, locale, form = asked_path(), asked_locale(), TextForm()
    deed = request.form.get("deed")
    if not form.validate():
        return show_editor(path, locale, form=form, code=400)
    try:
        if deed == PREVIEW:
            return show_editor(path, locale, form=form, preview=render_preview(form.body.data))
        _save(path, locale, form, deed)
    except TextChanged:
        return show_clash(path, locale, form)
    except DomainError as error:
        form.blame(error)
        return show_editor(path, locale, form=form, code=status_of(error))
    flash(_("Everybody sees it now.") if deed == PUBLISH else _("The draft is kept."), "success")
    return go("admin.edit_page", path=path, locale=locale)


@bp.post("/pages/preview")
def preview_page() -> ResponseReturnValue:
    """Answer how a text would look, for those who watch it while they write."""
    try:
        return {"html": render_preview(request.form.get("body", ""))}
    except DomainError as error:
        return {"error": str(error)}, status_of(error)


@bp.post("/pages/place")
def move_page() -> ResponseReturnValue:
    """Give a page another path, and say whether search engines are told of it."""
    path, locale, form = asked_path(), asked_locale(), PlaceForm(prefix="place-")
    if not form.validate():
        return show_editor(path, locale, place_form=form, code=400)
    choices = {"is_listed": form.is_listed.data, "leaves_redirect": form.leaves_redirect.data}
    try:
        with transaction():
            moved = change_place(path, form.path.data, **choices, actor=session_actor()).path
    except DomainError as error:
        form.blame(error)
        return show_editor(path, locale, place_form=form, code=status_of(error))
    flash(_("The settings are changed."), "success")
    return go("admin.edit_page", path=moved, locale=locale)


@bp.post("/pages/remove")
def delete_page() -> ResponseReturnValue:
    """Remove a page with all its versions."""
    path, locale, form = asked_path(), asked_locale(), RemovePageForm(prefix="remove-")
    if not form.validate():
        return show_editor(path, locale, remove_form=form, code=400)
    try:
        with transaction():
            remove_page(path, form.confirmation.data, actor=session_actor())
    except DomainError as error:
        form.blame(error)
        return show_editor(path, locale, remove_form=form, code=status_of(error))
    flash(_("The page %(path)s is removed.", path=path), "success")
    return go("admin.pages")


def _save(path: str, locale: str, form: TextForm, deed: str | None) -> None:
    actor, base, note = session_actor(), form.base.data or 0, form.note.data or ""
    with transaction():
        services.save_text(path, locale, form.text, base=base, note=note, actor=actor)
        if deed == PUBLISH:
            services.publish(path, locale, actor=actor)
