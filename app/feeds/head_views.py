"""What the head of a page tells machines: its one address, and those in other languages."""

from collections.abc import Sequence

from flask import Flask, request

from app.core.i18n import ARGUMENT, LANGUAGES, find_asked_locale
from app.feeds import maps
from app.feeds.maps import Address
from app.feeds.sitemaps import list_languages
from app.indexes.queries import MAIN
from app.web.http import absolute_url, base_url


def init_app(app: Flask) -> None:
    """Let an application's templates ask for the addresses of the page that they show."""
    for give in (canonical_url, canonical_of, canonical_at, language_links, languages_at):
        app.jinja_env.globals[give.__name__] = give


def canonical_url(path: str = "", languages: Sequence[str] = tuple(LANGUAGES)) -> str | None:
    """Return the address of the page that is shown, or None if it is not on the map.

    What stands at no endpoint names its path, quoted, and the languages that it has.
    """
    url = _find_url(path)
    return None if url is None else _in_language(url, languages)


def canonical_of(endpoint: str, **values: object) -> str:
    """Return the address of a page in the language that was asked for."""
    return canonical_at(absolute_url(endpoint, **values))


def canonical_at(url: str) -> str:
    """Return the full address of a page, on the map or not, in the language that was asked for."""
    return _in_language(url, tuple(LANGUAGES))


def language_links(
    path: str = "", languages: Sequence[str] = tuple(LANGUAGES)
) -> list[tuple[str, str]]:
    """Return the addresses of the page that is shown in its languages, if it is on the map."""
    url = _find_url(path)
    return [] if url is None else list_languages(Address(url, languages=languages))


def languages_at(url: str) -> list[tuple[str, str]]:
    """Return the addresses of a page, on the map or not, in its languages."""
    return list_languages(Address(url))


def _find_url(path: str) -> str | None:
    # What else stands in an address makes it one of many views of the same page.
    if request.args.keys() - {ARGUMENT}:
        return None
    if path:
        return f"{base_url()}{path}"
    values = request.view_args or {}
    is_main = values.get("slug", MAIN) == MAIN
    if not (is_main and maps.is_mapped(request.endpoint)):
        return None
    return absolute_url(request.endpoint or "", **values)


def _in_language(url: str, languages: Sequence[str]) -> str:
    # Each language of a page is a page of its own to those who list them.
    asked = find_asked_locale()
    if asked not in languages:
        return url
    return f"{url}{'&' if '?' in url else '?'}{ARGUMENT}={asked}"
