"""Feeds of what is new: in RSS and Atom, for an index or one project."""

from datetime import datetime
from hashlib import blake2b

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.core.i18n import ARGUMENT, find_asked_locale, speak_to_all
from app.feeds import atom, rss
from app.feeds.entries import Feed
from app.feeds.viewmodels import Place, feed_of_project, feed_of_projects, feed_of_releases
from app.indexes.auth import admit, admit_preflight, admit_to_all
from app.indexes.queries import MAIN, get_index
from app.projects.exceptions import ProjectNotFound
from app.projects.names import normalise
from app.sources.registry import source_for
from app.sources.statements import QUARANTINED
from app.web import errors
from app.web.documents import (
    SERIAL,
    compress,
    finish,
    is_gzip_wanted,
    is_public,
    make_conditional,
    make_document,
    moved,
)
from app.web.http import absolute_url

bp = Blueprint("feeds", __name__)
errors.answer_as(bp, errors.as_text)
speak_to_all(bp)
bp.before_request(admit_preflight)
bp.after_request(finish)

_FORMATS = {"rss": rss, "atom": atom}
_ANY = "<any(rss, atom):format>"
# Readers need not ask again for so many seconds; caches give nothing away for longer.
_FRESH = 300


@bp.get(f"/{_ANY}/packages.xml", defaults={"slug": MAIN})
@bp.get(f"/index/<slug>/{_ANY}/packages.xml")
def projects(slug: str, format: str) -> ResponseReturnValue:
    """Tell of the newest projects."""
    index = get_index(slug)
    admit_to_all(index)
    feed = feed_of_projects(index, _find_place())
    return _answer(feed, format, serial=index.last_serial, changed_at=feed.changed_at)


@bp.get(f"/{_ANY}/updates.xml", defaults={"slug": MAIN})
@bp.get(f"/index/<slug>/{_ANY}/updates.xml")
def releases(slug: str, format: str) -> ResponseReturnValue:
    """Tell of the newest releases."""
    index = get_index(slug)
    admit_to_all(index)
    feed = feed_of_releases(index, _find_place())
    return _answer(feed, format, serial=index.last_serial, changed_at=feed.changed_at)


@bp.get(f"/{_ANY}/project/<name>/releases.xml", defaults={"slug": MAIN})
@bp.get(f"/index/<slug>/{_ANY}/project/<name>/releases.xml")
def project_releases(slug: str, format: str, name: str) -> ResponseReturnValue:
    """Tell of the newest releases of a project."""
    index = get_index(slug)
    admit(index, normalise(name))
    source = source_for(index)
    if source.has_upstreams:
        source.freshen_release(name)
    detail = source.find_release(name)
    if detail is None or detail.status == QUARANTINED:
        raise ProjectNotFound
    if name != detail.normalized_name:
        return moved(f"../{detail.normalized_name}/releases.xml")
    feed = feed_of_project(index, detail, _find_place())
    # Nobody knows here when a release was yanked, which leaves older ones than before.
    return _answer(feed, format, serial=detail.serial)


def _find_place() -> Place:
    """Return where the feed that is asked for can be found."""
    values = request.view_args or {}
    name = absolute_url(request.endpoint or "", **values)
    asked = find_asked_locale()
    return Place(address=f"{name}?{ARGUMENT}={asked}" if asked else name, name=name)


def _answer(
    feed: Feed, format: str, *, serial: int, changed_at: datetime | None = None
) -> Response:
    kind = _FORMATS[format]
    body = kind.write(feed).encode()
    encoding = "gzip" if is_gzip_wanted() else None
    if encoding is not None:
        body = compress(body)
    response = make_document(
        body,
        content_type=kind.CONTENT_TYPE,
        # Not all that is told has a number: rules, mirrored projects, this very address.
        etag=blake2b(body, digest_size=16).hexdigest(),
        encoding=encoding,
        vary=("Accept-Encoding",),
    )
    response.last_modified = changed_at
    response.headers[SERIAL] = str(serial)
    if is_public():
        response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return make_conditional(response)
