"""The switches in the footer: language and colours, kept in cookies."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.exceptions import Invalid
from app.core.i18n import COOKIE as LOCALE_COOKIE
from app.core.i18n import LANGUAGES, _l
from app.core.runtime import setting
from app.extensions import csrf
from app.site.views import bp
from app.web.filters import THEME_COOKIE, THEMES
from app.web.http import is_local
from app.web.notices import goes_on

_YEAR = 365 * 24 * 60 * 60


@bp.post("/locale")
@goes_on
def switch_locale() -> ResponseReturnValue:
    """Keep the reader's language and go back."""
    return _keep(LOCALE_COOKIE, request.form.get("locale", ""), tuple(LANGUAGES))


@bp.post("/theme")
@goes_on
def switch_theme() -> ResponseReturnValue:
    """Keep the reader's colours and go back."""
    return _keep(THEME_COOKIE, request.form.get("theme", ""), THEMES)


def _keep(cookie: str, value: str, allowed: tuple[str, ...]) -> ResponseReturnValue:
    if value not in allowed:
        raise Invalid(_l("There is no such choice."))
    wanted = request.form.get("next")
    target = wanted if wanted and is_local(wanted) else url_for("site.home")
    response = make_response(redirect(target, code=303))
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR,
        path=request.script_root or "/",
        secure=setting("SESSION_COOKIE_SECURE"),
        httponly=True,
        samesite="Lax",
    )
    return response


# A stranger's page could at most change a colour, and readers who are not logged in
# need no session cookie just to have these forms on their pages.
csrf.exempt(switch_locale)
csrf.exempt(switch_theme)
