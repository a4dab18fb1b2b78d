"""The hot path: index pages and files from the shelf, without Flask and without a database.

It answers what installers ask all day, with the bytes and headers of the views;
everything unusual falls through to them. Every request looks at the file (one
`stat`), so a change is seen by all processes of the machine at once.
"""

import math
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.http import http_date
from werkzeug.wsgi import wrap_file

from app.core import clock
from app.core.meters import PART, Meters, kind
from app.indexes.queries import MAIN
from app.simple.aging import is_ahead, moment_of
from app.simple.cache import Cache
from app.simple.negotiation import Form, negotiate
from app.simple.passes import Passes
from app.simple.ready import Ready, identity_of, ready_file, ready_page
from app.simple.shelf import AGING, GUARDED, PAGES, PUBLIC, UNTIL, Shelf
from app.sources.base import METADATA
from app.stats.agents import agent_of
from app.stats.counter import Download, DownloadCounter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_READING = frozenset({"GET", "HEAD"})
_OURS = ("/simple/", "/files/", "/index/")
# Under `/index/main/` pages have another way to the files, and are on no shelf.
_PAGE = re.compile(
    r"(?:/index/(?!main/)([a-z0-9]+(?:-[a-z0-9]+)*))?"
    r"/simple/(?:([a-z0-9]+(?:-[a-z0-9]+)*)/)?\Z",
    re.ASCII,
)
_ADDRESS = re.compile(r"/files/([0-9a-f]{64})/([A-Za-z0-9_][A-Za-z0-9_.+!-]{0,254})\Z", re.ASCII)
# One strong validator, as we give them; the view reads all others.
_VALIDATOR = re.compile(r'"[^",]*"\Z')
_UNUSUAL = frozenset({"HTTP_IF_MATCH", "HTTP_RANGE", "HTTP_TRANSFER_ENCODING"})
_REMEMBERED = 10_000
_LONG = 600
_CHUNK = 256 * 1024
_RETRY_SECONDS = 10
_LINKS = (PUBLIC, GUARDED)

ANSWERS = kind("tilsit_shelf_answers_total", "Requests answered from the shelf.", "kind", "status")
MISSES = kind("tilsit_shelf_misses_total", "Requests that the shelf left to the views.", "kind")
ANSWER_ROWS = (("page", "200"), ("page", "304"), ("file", "200"), ("file", "304"))
_PAGE_ROW, _FILE_ROW = 0, 2


@dataclass(frozen=True)
class Spot:
    """A path where something may lie on the shelf; `until` is the file that tells how long."""

    path: str
    until: str = ""


@dataclass
class Target:
    """What an address asks for: the form of a page, or a file if that is None.

    `spots` are where it may lie on the shelf of the index `slug`, by the links of
    those who may read it; where it was found last comes first.
    """

    slug: str
    spots: dict[str, tuple[Spot, ...]]
    form: Form | None = None
    sha256: str = ""
    filename: str = ""


class ShelfMiddleware:
    """Answer GET and HEAD from the shelf, or let the application answer."""

    def __init__(
        self,
        app: "WSGIApplication",
        parts: dict[str, Any],
        settle: Callable[[], None],
        *,
        cache_bytes: int,
    ) -> None:
        self.behind = app
        self._parts = parts
        self._settle = settle
        self._settled_at = -math.inf
        self._cache: Cache[Ready] = Cache(cache_bytes)
        self._shelf: Shelf | None = None
        self._targets: dict[tuple[str, str, str], Target | None] = {}
        self._date = (0, "")
        self._meters: Meters = parts[PART]
        # By whether it is a file, and whether the caller had it already.
        self._answers = self._meters.tally(ANSWERS, ANSWER_ROWS)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        if not self._parts["shelf"].is_ours:
            self._settle_once()
        target = self._find_target(environ)
        if target is not None:
            ready = self._find_ready(target, environ)
            if ready is not None:
                answer = self._answer(ready, target, environ, start_response)
                if answer is not None:
                    return answer
            self._meters.count(MISSES, "file" if target.form is None else "page")
        return self.behind(environ, start_response)

    def _find_target(self, environ: "WSGIEnvironment") -> Target | None:
        path = environ["PATH_INFO"]
        if not path.startswith(_OURS) or environ["REQUEST_METHOD"] not in _READING:
            return None
        if environ.get("QUERY_STRING") or not _UNUSUAL.isdisjoint(environ):
            return None
        key = (path, environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_ENCODING", ""))
        targets = self._targets
        if self._shelf is self._parts["shelf"] and key in targets:
            return targets[key]
        return self._remember(key)

    def _remember(self, key: tuple[str, str, str]) -> Target | None:
        # Here, because the hot path comes this way once for each thing it remembers.
        self._meters.begin()
        shelf: Shelf = self._parts["shelf"]
        if not shelf.is_ours:
            return None
        if self._shelf is not shelf or len(self._targets) >= _REMEMBERED:
            self._shelf, self._targets = shelf, {}
        target = _parse(shelf, *key)
        if sum(map(len, key)) <= _LONG:
            self._targets[key] = target
        return target

    def _settle_once(self) -> None:
        """See whether the shelf may be used; what could not be found out is asked again later.

        With any request, because nginx lets none for a page through that it finds there.
        """
        now = time.monotonic()
        if now >= self._settled_at + _RETRY_SECONDS:
            self._settled_at = now
            self._settle()

    def _find_ready(self, target: Target, environ: "WSGIEnvironment") -> Ready | None:
        ready = self._find_at(target, PUBLIC)
        if ready is not None or "HTTP_AUTHORIZATION" not in environ:
            return ready
        passes: Passes = self._parts["passes"]
        if not passes.opens(target.slug, environ["HTTP_AUTHORIZATION"]):
            return None
        return self._find_at(target, GUARDED)

    def _find_at(self, target: Target, link: str) -> Ready | None:
        spots = target.spots[link]
        for spot in spots:
            ready = self._look(target, spot, is_public=link == PUBLIC)
            if ready is not None:
                if spot is not spots[0]:
                    target.spots[link] = spots[::-1]
                return ready
        return None

    def _look(self, target: Target, spot: Spot, *, is_public: bool) -> Ready | None:
        """Return what lies at a path of the shelf, as it is at this moment."""
        try:
            facts = os.stat(spot.path)  # noqa: PTH116 - a path object costs more than the question
        except OSError:
            return None
        # Two forms share one text, but not their headers.
        key = (spot.path, target.form and target.form.number)
        ready = self._cache.get(key)
        if ready is None or ready.identity != identity_of(facts):
            ready = self._read(target, spot.path, is_public=is_public)
        elif not spot.until or is_ahead(ready.until):
            return ready
        if ready is not None and spot.until:
            # Whoever changes the page makes another file; the moment of one only moves on.
            ready = replace(ready, until=moment_of(spot.until))
        if ready is not None:
            self._cache.put(key, ready, ready.weight)
        return ready if ready is not None and is_ahead(ready.until) else None

    def _read(self, target: Target, path: str, *, is_public: bool) -> Ready | None:
        limit = self._cache.largest
        if target.form is None:
            return ready_file(path, limit, is_public=is_public)
        return ready_page(path, target.form, limit, is_public=is_public)

    def _answer(
        self,
        ready: Ready,
        target: Target,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes] | None:
        condition = environ.get("HTTP_IF_NONE_MATCH")
        if condition is not None and condition != ready.etag and not _VALIDATOR.match(condition):
            return None
        date, row = ("Date", self._today()), _PAGE_ROW if target.form else _FILE_ROW
        if condition == ready.etag:
            self._answers[row + 1] += 1
            start_response("304 NOT MODIFIED", [*ready.headers_304, date])
            return ()
        body = _body(ready, environ)
        if body is None:
            return None
        if target.form is None and environ["REQUEST_METHOD"] == "GET":
            self._count(target, environ.get("HTTP_USER_AGENT", ""))
        self._answers[row] += 1
        start_response("200 OK", [*ready.headers, date])
        return body

    def _today(self) -> str:
        """Return the present moment as headers tell it, made once a second."""
        second, date = self._date
        now = int(time.time())
        if now != second:
            date = http_date(now)
            self._date = (now, date)
        return date

    def _count(self, target: Target, user_agent: str) -> None:
        if target.filename.endswith(METADATA):
            return
        counter: DownloadCounter = self._parts["downloads"]
        agent, today = agent_of(user_agent), clock.today()
        counter.note(Download(today, target.slug, target.sha256, target.filename, agent))


def _parse(shelf: Shelf, path: str, accept: str, accept_encoding: str) -> Target | None:
    """Return what a request asks for, or None if the view shall find out."""
    address = _ADDRESS.match(path)
    if address is not None:
        sha256, filename = address.groups()
        ways = {link: _way(shelf, link, sha256, filename) for link in _LINKS}
        return Target(MAIN, ways, None, sha256, filename)
    page = _PAGE.match(path)
    form = None if page is None else negotiate(accept, accept_encoding)
    if page is None or form is None:
        return None
    slug, name = page[1] or MAIN, page[2]
    spots = {link: _spots(shelf, slug, link, name, form.ending) for link in _LINKS}
    return Target(slug, spots, form)


def _way(shelf: Shelf, link: str, sha256: str, filename: str) -> tuple[Spot, ...]:
    return (Spot(shelf.file(MAIN, link, sha256, filename)),)


def _spots(shelf: Shelf, slug: str, link: str, name: str | None, ending: str) -> tuple[Spot, ...]:
    """Return where a form of a project's page, or of the list of all, may lie."""
    if name is None:
        return (Spot(f"{shelf.root_list(slug, link)}.{ending}"),)
    fixed, aging = (shelf.page(slug, link, name, folder) for folder in (PAGES, AGING))
    return Spot(f"{fixed}.{ending}"), Spot(f"{aging}.{ending}", f"{aging}.{UNTIL}")


def _body(ready: Ready, environ: "WSGIEnvironment") -> Iterable[bytes] | None:
    """Return the bytes, or None where the view can send them better."""
    if environ["REQUEST_METHOD"] == "HEAD":
        return ()
    if ready.body is not None:
        return (ready.body,)
    if "wsgi.file_wrapper" not in environ:
        return None
    try:
        file = Path(ready.path).open("rb")  # noqa: SIM115 - the server closes it
    except OSError:
        return None
    if identity_of(os.fstat(file.fileno())) == ready.identity:
        return wrap_file(environ, file, _CHUNK)
    file.close()
    return None
