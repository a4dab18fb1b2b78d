"""Small files at well-known places: for crawlers, and for those who found a hole."""

from datetime import datetime, time, timedelta
from urllib.parse import quote, urlsplit

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.i18n import LANGUAGES
from app.core.runtime import setting
from app.feeds.exceptions import NobodyToContact
from app.feeds.page_map import has_page
from app.feeds.views import bp
from app.indexes.queries import PUBLIC, get_index, openness
from app.web.documents import mark_public
from app.web.http import absolute_url, base_url

# Machines' pages, copies of what stands elsewhere, and what is somebody's own.
CLOSED = (
    *("simple/", "files/", "legacy/", "pypi/", "index/", "search", "policy/"),
    *("account", "manage/", "admin/", "refresh/"),
)
# RFC 9116 recommends less than a year; whoever fetches it again gets a later day.
_VALID = timedelta(days=180)
# The page that tells what happens with a report.
_POLICY = "/security"


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Tell crawlers what to leave alone, and where the map is."""
    mark_public()
    prefix = urlsplit(base_url()).path
    if openness(get_index()) != PUBLIC:
        return _text("User-agent: *", f"Disallow: {prefix}/")
    closed = (f"Disallow: {prefix}/{path}" for path in CLOSED)
    return _text("User-agent: *", *closed, "", f"Sitemap: {absolute_url('feeds.sitemap')}")


@bp.get("/.well-known/security.txt")
def security() -> ResponseReturnValue:
    """Say whom to tell of a hole in this site (RFC 9116)."""
    mark_public()
    contact: str | None = setting("CONTACT_EMAIL")
    if contact is None:
        raise NobodyToContact
    # The same for a whole day, so that caches can keep it.
    until = datetime.combine(clock.today() + _VALID, time())
    policy = (f"Policy: {base_url()}{_POLICY}",) if has_page(_POLICY) else ()
    return _text(
        f"Contact: mailto:{quote(contact, safe='@+')}",
        f"Expires: {until.isoformat()}Z",
        f"Preferred-Languages: {', '.join(code.replace('_', '-') for code in LANGUAGES)}",
        f"Canonical: {absolute_url('feeds.security')}",
        *policy,
    )


@bp.get("/security.txt")
def security_moved() -> ResponseReturnValue:
    """Lead to the place where the file belongs."""
    return redirect(url_for("feeds.security"), code=301)


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Lead those to the picture who ask without having read a page."""
    return redirect(url_for("static", filename="img/favicon.svg"), code=301)


def _text(*lines: str) -> Response:
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
