"""Where administrators look at the versions of a page, and choose which everybody sees."""

from collections.abc import Callable

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.auth import session_actor
from app.admin.editor_views import asked_locale, asked_path, text_of
from app.admin.page_viewmodels import HistoryView
from app.admin.views import bp
from app.core.database import transaction
from app.core.i18n import _
from app.pages import queries, services
from app.pages.differences import compare
from app.pages.exceptions import PageNotFound
from app.pages.models import Page
from app.pages.paths import Path
from app.pages.texts import join_text
from app.web.http import go


@bp.get("/pages/history")
def page_history() -> ResponseReturnValue:
    """Show the versions of a page in a language, and how two of them differ."""
    path, locale = asked_path(), asked_locale()
    page = queries.get_page(path)
    versions = tuple(queries.list_versions(page.id, locale))
    if not versions:
        raise PageNotFound
    new = min(request.args.get("new", versions[0].number, type=int), versions[0].number + 1)
    old = min(request.args.get("old", new - 1, type=int), versions[0].number + 1)
    stand = queries.find_translation(page.id, locale)
    view = HistoryView(
        path=Path(page.path, page.has_slash),
        locale=locale,
        versions=versions,
        published=None if stand is None else stand.published,
        old=old,
        new=new,
        lines=compare(_whole(page, locale, old), _whole(page, locale, new)),
    )
    return render_template("admin/pages/history.html", page=view)


@bp.post("/pages/restore")
def restore_page() -> ResponseReturnValue:
    """Keep an old version as the newest one; nobody else sees it yet."""
    number = request.form.get("number", 0, type=int)
    told = _("Version %(number)s is the newest draft again.", number=number)
    return _change(lambda path, locale: _restore(path, locale, number), told)


@bp.post("/pages/publish")
def publish_page() -> ResponseReturnValue:
    """Let everybody see the newest version."""
    actor, told = session_actor(), _("Everybody sees it now.")
    return _change(lambda path, locale: services.publish(path, locale, actor=actor), told)


@bp.post("/pages/withdraw")
def withdraw_page() -> ResponseReturnValue:
    """Let nobody see a page in a language any more."""
    actor, told = session_actor(), _("Nobody sees it any more.")
    return _change(lambda path, locale: services.withdraw(path, locale, actor=actor), told)


@bp.post("/pages/reset")
def reset_page() -> ResponseReturnValue:
    """Show the text that came with the software again."""
    told = _("The text that came with the software is shown again.")
    return _change(_reset, told)


def _change(deed: Callable[[str, str], None], told: str) -> ResponseReturnValue:
    path, locale = asked_path(), asked_locale()
    with transaction():
        deed(path, locale)
    flash(told, "success")
    return go("admin.edit_page", path=path, locale=locale)


def _restore(path: str, locale: str, number: int) -> None:
    services.restore(path, locale, number, actor=session_actor())


def _reset(path: str, locale: str) -> None:
    services.reset(path, locale=locale, actor=session_actor())


def _whole(page: Page, locale: str, number: int) -> str:
    """Return the text of a version; before the first one there was none."""
    if number < 1:
        return ""
    return join_text(text_of(queries.get_version(page.id, locale, number)))
