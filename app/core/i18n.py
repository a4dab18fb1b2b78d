"""Languages: which there are, and which one the reader wants."""

from pathlib import Path

from flask import Blueprint, Flask, Response, has_request_context, request
from flask_babel import force_locale, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user

from app.core.catalogues import compile_stale
from app.core.runtime import setting
from app.extensions import babel

__all__ = ["LANGUAGES", "_", "_l", "force_locale", "ngettext", "reader_locale"]

_ = gettext
_l = lazy_gettext

COOKIE = "locale"
# What addresses of pages name a language with; it holds for that page alone.
ARGUMENT = "lang"

# In their own words; the first is the one the texts are written in.
LANGUAGES = {"en": "English", "de": "Deutsch"}

_plain: set[str] = set()
_shared: set[str] = set()


def init_app(app: Flask) -> None:
    """Bind the choice of language to an application."""
    compile_stale(Path(app.config["BABEL_TRANSLATION_DIRECTORIES"]))
    babel.init_app(app, locale_selector=select_locale)
    app.after_request(tell_language)


def speak_english(door: Blueprint) -> None:
    """Let a door for programs answer in English, whatever language its caller names."""
    _plain.add(door.name)


def speak_to_all(door: Blueprint) -> None:
    """Let a door answer all its callers alike, in the language of the address or of the site."""
    _shared.add(door.name)


def select_locale() -> str:
    """Return the language of a request: by address, switch, account, browser, or the site's."""
    if not has_request_context():
        return str(setting("BABEL_DEFAULT_LOCALE"))
    if request.blueprint in _plain:
        return "en"
    asked = find_asked_locale()
    if asked is not None:
        return asked
    if request.blueprint in _shared:
        return str(setting("BABEL_DEFAULT_LOCALE"))
    chosen = request.cookies.get(COOKIE) or getattr(current_user, "locale", None)
    if chosen in LANGUAGES:
        return chosen
    return _spoken_by_browser() or str(setting("BABEL_DEFAULT_LOCALE"))


def find_asked_locale() -> str | None:
    """Return the language that the address of a page names, or None."""
    asked = request.args.get(ARGUMENT) if request.method in {"GET", "HEAD"} else None
    return asked if asked in LANGUAGES else None


def tell_language(response: Response) -> Response:
    """Say in which language a page is, and what that depends on."""
    is_page = response.mimetype == "text/html" and not 300 <= response.status_code < 400
    if is_page and request.blueprint not in _plain:
        response.headers.setdefault("Content-Language", reader_locale().replace("_", "-"))
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _spoken_by_browser() -> str | None:
    # `best_match` would give English for "de-CH, en;q=0.5": it looks for "de" only
    # when no language fits exactly.
    for wanted in request.accept_languages.values():
        for tag in (wanted.replace("-", "_"), wanted.partition("-")[0]):
            if tag in LANGUAGES:
                return tag
    return None


def reader_locale() -> str:
    """Return the language of the reader as it is kept with an account."""
    return str(get_locale() or setting("BABEL_DEFAULT_LOCALE"))
