"""Answering those who are not logged in with pages that were made for others like them."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from app.core.i18n import COOKIE as LOCALE_COOKIE
from app.core.meters import kind, meters
from app.core.sitestate import site_state
from app.pages.frame import site_directory
from app.site.page_cache import read_state, the_cache
from app.web.filters import THEME_COOKIE, reader_theme

P = ParamSpec("P")

LOOKS = kind("tilsit_page_cache_looks_total", "Pages looked for that are made for all.", "result")

# Whoever sends another cookie may be somebody, or has a message waiting.
_HARMLESS = {LOCALE_COOKIE, THEME_COOKIE}


def cached(view: Callable[P, str]) -> Callable[P, ResponseReturnValue]:
    """Let a page be made once for all who are not logged in and ask for nothing special.

    Its view must demand that the reader may read: what is refused is not kept.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if request.query_string or not _HARMLESS.issuperset(request.cookies):
            return view(*args, **kwargs)
        # It is read before the page is made, so that no page is older than its key.
        key, cache = _key(), the_cache()
        content = cache.find(key)
        meters().count(LOOKS, "miss" if content is None else "hit")
        if content is None:
            content = view(*args, **kwargs).encode()
            cache.keep(key, content)
        response = Response(content, mimetype="text/html")
        response.vary.update(("Accept-Language", "Cookie"))
        return response

    return answer


def _key() -> Hashable:
    reader = (str(get_locale()), reader_theme())
    # Menus and messages are remembered for a moment by themselves.
    frame = (site_directory().generation, site_state().generation)
    return request.url_root, request.path, reader, frame, read_state()
