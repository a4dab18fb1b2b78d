"""Changing pages: writing, publishing, taking back; only administrators of the site may."""

from sqlalchemy import delete

from app.accounts.actors import OPERATOR, Actor
from app.core import clock
from app.core.events import tell
from app.core.exceptions import NotFound
from app.core.i18n import LANGUAGES, _l
from app.extensions import db
from app.pages import queries
from app.pages.changing import begin_change, describe, note_change
from app.pages.events import PagePublished, PageReset, PageSaved, PageWithdrawn
from app.pages.exceptions import NotSeeded, PageNotFound, TextChanged
from app.pages.markup import render_page
from app.pages.models import Page, PageTranslation, PageVersion
from app.pages.opening import demand_page
from app.pages.seeded import find_seeded, list_seeded_locales, list_seeded_paths
from app.pages.texts import PageText, clean_note, clean_text

MOST_VERSIONS = 1_000


def save_text(
    path: str,
    locale: str,
    text: PageText,
    *,
    base: int | None = None,
    note: str = "",
    actor: Actor = OPERATOR,
) -> PageVersion:
    """Keep a new version of a page's text in a language; nobody else sees it yet.

    `base` is the number of the version that the writer began with, 0 if there was
    none; raises `TextChanged` if there is a newer one. Without it, whatever is there
    is followed. A text that is the newest one already is no new version.
    """
    begin_change(actor)
    page = demand_page(path, actor)
    _demand_language(locale)
    clean, last = clean_text(text), queries.last_number(page.id, locale)
    if base is not None and base != last:
        raise TextChanged
    known = queries.find_version(page.id, locale, last)
    stand = queries.find_translation(page.id, locale)
    if known is not None and stand is not None and text_of(known) == clean:
        return known
    version = _add_version(page, locale, clean, number=last + 1, note=note, actor=actor)
    if stand is None:
        db.session.add(PageTranslation(page_id=page.id, locale=locale, latest=version.number))
    else:
        stand.latest = version.number
    note_change(page, actor)
    number, said = version.number, version.note
    tell(PageSaved(**describe(actor, page.path), locale=locale, number=number, note=said))
    return version


def publish(path: str, locale: str, *, actor: Actor = OPERATOR) -> None:
    """Let everybody see the newest version of a page in a language."""
    page, stand = _find_stand(path, locale, actor)
    stand.published, stand.published_at = stand.latest, clock.now()
    stand.is_withdrawn = False
    note_change(page, actor)
    tell(PagePublished(**describe(actor, page.path), locale=locale, number=stand.latest))


def withdraw(path: str, locale: str, *, actor: Actor = OPERATOR) -> None:
    """Let nobody see a page in a language any more; the text that came with us neither."""
    begin_change(actor)
    seeded = find_seeded(path, locale)
    if seeded is not None and _has_no_text(path, locale):
        save_text(path, locale, seeded.text, actor=actor)
    page, stand = _find_stand(path, locale, actor)
    stand.published, stand.published_at, stand.is_withdrawn = None, None, True
    note_change(page, actor)
    tell(PageWithdrawn(**describe(actor, page.path), locale=locale))


def restore(
    path: str, locale: str, number: int, *, base: int | None = None, actor: Actor = OPERATOR
) -> PageVersion:
    """Keep an old version as the newest one."""
    begin_change(actor)
    old = queries.get_version(queries.get_page(path).id, locale, number)
    note = str(_l("Version %(number)s again", number=number))
    return save_text(path, locale, text_of(old), base=base, note=note, actor=actor)


def reset(path: str, *, locale: str | None = None, actor: Actor = OPERATOR) -> tuple[str, ...]:
    """Show what came with the software again, in one or all languages that it came in.

    The versions stay and can be restored. Returns the languages that were changed.
    """
    begin_change(actor)
    locales = [one for one in list_seeded_locales(path) if locale in {None, one}]
    if not locales:
        raise NotSeeded
    page = queries.find_page(path)
    if page is None:
        return ()
    gone = delete(PageTranslation).where(
        PageTranslation.page_id == page.id, PageTranslation.locale.in_(locales)
    )
    changed = tuple(sorted(db.session.scalars(gone.returning(PageTranslation.locale))))
    if changed:
        note_change(page, actor)
        tell(PageReset(**describe(actor, path), locales=changed))
    return changed


def reset_all(*, actor: Actor = OPERATOR) -> tuple[str, ...]:
    """Show what came with the software everywhere that it came for; return what changed."""
    return tuple(
        f"{path} ({locale})" for path in list_seeded_paths() for locale in reset(path, actor=actor)
    )


def text_of(version: PageVersion) -> PageText:
    """Return the text of a version."""
    return PageText(title=version.title, description=version.description, body=version.body)


def _find_stand(path: str, locale: str, actor: Actor) -> tuple[Page, PageTranslation]:
    begin_change(actor)
    page = queries.get_page(path)
    stand = queries.find_translation(page.id, locale)
    if stand is None:
        raise PageNotFound
    return page, stand


def _has_no_text(path: str, locale: str) -> bool:
    page = queries.find_page(path)
    return page is None or queries.find_translation(page.id, locale) is None


def _demand_language(locale: str) -> None:
    if locale not in LANGUAGES:
        raise NotFound(_l("This site does not speak that language."))


def _add_version(
    page: Page, locale: str, text: PageText, *, number: int, note: str, actor: Actor
) -> PageVersion:
    version = PageVersion(
        page_id=page.id,
        locale=locale,
        number=number,
        title=text.title,
        description=text.description,
        body=text.body,
        html=render_page(text.body),
        note=clean_note(note),
        author=actor.username,
        saved_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()  # What follows asks for the newest number.
    _forget_oldest(page.id, locale, number)
    return version


def _forget_oldest(page_id: int, locale: str, number: int) -> None:
    """Remove the version that is one too many, unless everybody sees it."""
    stand = queries.find_translation(page_id, locale)
    oldest = delete(PageVersion).where(
        PageVersion.page_id == page_id,
        PageVersion.locale == locale,
        PageVersion.number <= number - MOST_VERSIONS,
    )
    if stand is not None and stand.published is not None:
        oldest = oldest.where(PageVersion.number != stand.published)
    db.session.execute(oldest)
