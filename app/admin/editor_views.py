"""The page on which a page is written, with forms that were refused in place of fresh ones."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.admin.page_forms import PlaceForm, RemovePageForm, TextForm
from app.admin.page_viewmodels import Clash, EditView
from app.core.exceptions import NotFound
from app.core.i18n import LANGUAGES, _l, reader_locale
from app.pages import queries
from app.pages.differences import compare
from app.pages.exceptions import PageNotFound
from app.pages.facts import gather_facts
from app.pages.filling import fill
from app.pages.listing import state_of
from app.pages.markup import render_page
from app.pages.models import Page, PageVersion
from app.pages.paths import Path, find_rule, find_stem
from app.pages.seeded import find_seeded, list_seeded_paths
from app.pages.texts import PageText, clean_body, join_text


def asked_path() -> str:
    """Return the path of a page that an address or a form names; raises `PageNotFound`."""
    stem = find_stem(request.args.get("path", ""))
    if stem is None or not queries.is_known(stem):
        raise PageNotFound
    return stem


def asked_locale() -> str:
    """Return the language that an address names, else the reader's; raises `NotFound`."""
    locale = request.args.get("locale") or reader_locale()
    if locale not in LANGUAGES:
        raise NotFound(_l("This site does not speak that language."))
    return locale


def show_editor(
    path: str,
    locale: str,
    *,
    form: TextForm | None = None,
    place_form: PlaceForm | None = None,
    remove_form: RemovePageForm | None = None,
    preview: Markup | None = None,
    clash: Clash | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    """Answer with the editor of a page in a language."""
    page = queries.find_page(path)
    place = list_seeded_paths()[path] if page is None else Path(page.path, page.has_slash)
    latest = 0 if page is None else queries.last_number(page.id, locale)
    view = EditView(
        path=place,
        locale=locale,
        states=_states(path, page),
        form=form or _text_form(path, locale, page, latest),
        place_form=place_form or _place_form(place, page),
        remove_form=remove_form or RemovePageForm(None, prefix="remove-"),
        is_seeded=path in list_seeded_paths(),
        latest=latest,
        rule=find_rule(place.address),
        preview=preview,
        clash=clash,
    )
    return render_template("admin/pages/edit.html", page=view), code


def show_clash(path: str, locale: str, form: TextForm) -> ResponseReturnValue:
    """Answer with both texts when somebody else has saved one meanwhile.

    Whoever saves again from there has seen the other one, and follows it.
    """
    page = queries.get_page(path)
    version = queries.get_version(page.id, locale, queries.last_number(page.id, locale))
    lines = compare(join_text(text_of(version)), join_text(form.text))
    form.base.data, form.base.raw_data = version.number, None
    return show_editor(path, locale, form=form, clash=Clash(version=version, lines=lines), code=409)


def render_preview(body: str) -> Markup:
    """Return the HTML of a text as its readers would see it."""
    return fill(render_page(clean_body(body)), gather_facts(request.script_root))


def text_of(version: PageVersion | None) -> PageText:
    """Return the text of a version; that of none is empty."""
    if version is None:
        return PageText(title="", body="")
    return PageText(title=version.title, description=version.description, body=version.body)


def _states(path: str, page: Page | None) -> dict[str, str | None]:
    stands = {} if page is None else queries.map_translations(page.id)
    return {locale: state_of(path, stands.get(locale), locale) for locale in LANGUAGES}


def _text_form(path: str, locale: str, page: Page | None, latest: int) -> TextForm:
    """Begin with the newest text: what somebody wrote, or what came with the software."""
    stand = None if page is None else queries.find_translation(page.id, locale)
    seeded = find_seeded(path, locale)
    if page is not None and stand is not None:
        text = text_of(queries.get_version(page.id, locale, stand.latest))
    else:
        text = PageText(title="", body="") if seeded is None else seeded.text
    return TextForm(
        None, title=text.title, description=text.description, body=text.body, base=latest
    )


def _place_form(place: Path, page: Page | None) -> PlaceForm:
    is_listed = True if page is None else page.is_listed
    return PlaceForm(None, prefix="place-", path=place.address, is_listed=is_listed)
