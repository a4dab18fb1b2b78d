"""Each request that the application answers: its number, its line in the log, its figures."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from flask import Flask, has_request_context, request
from werkzeug.wsgi import ClosingIterator

from app.core import logs
from app.core.meters import Meters, kind
from app.core.meters.kinds import SECONDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NUMBER = "X-Request-ID"
REQUESTS = kind(
    "tilsit_requests_total",
    "Requests that the application has answered.",
    *("route", "method", "status"),
)
DURATION = kind(
    "tilsit_request_seconds",
    "Time from a request, its body included, to the beginning of the answer.",
    "route",
    buckets=SECONDS,
)
IN_PROGRESS = "tilsit_requests_in_progress"
NO_ROUTE = "(none)"

_VISIT = "tilsit.visit"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NUMBER_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}\Z")
# Values of routes that open something for whoever knows them.
_SECRETS = ("secret", "token")
# A link with a secret that leads nowhere, as when its end was cut off.
_LONG_PART = re.compile(r"[A-Za-z0-9_-]{24,}")
_LONGEST_PATH = 300
# Asked all day by programs that only want to know whether we are there.
_WATCHERS = frozenset({"/healthz", "/readyz", "/metrics"})

# What Werkzeug answers with, unless a file is to be sent.
_PLAIN = (ClosingIterator, list, tuple)

_log = logging.getLogger("app.access")


@dataclass
class Visit:
    """A request from its beginning to the last byte of its answer; `path` is as it may be shown."""

    number: str
    method: str
    path: str
    address: str
    route: str = ""
    account_id: int | None = None
    status: int = 0
    sent: int = 0
    length: int | None = None
    began: float = field(default_factory=time.perf_counter)
    answered: float = 0.0


def init_app(app: Flask) -> None:
    """Learn from an application what only it knows of a request."""
    logs.tell_with(tell_visit)
    app.before_request(note_route)
    app.jinja_env.globals["request_number"] = find_number


class Visits:
    """Count requests, write a line for each, and give each a number."""

    def __init__(self, app: "WSGIApplication", meters: Meters, *, trusts_numbers: bool) -> None:
        self.behind = app
        self._meters = meters
        self._trusts_numbers = trusts_numbers
        self._in_progress = 0
        meters.sample(IN_PROGRESS, lambda: self._in_progress)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        visit = environ[_VISIT] = self._begin(environ)
        try:
            body = self.behind(environ, _numbered(visit, start_response))
        except BaseException:
            self._end(visit)
            raise
        visit.answered = time.perf_counter()
        if "wsgi.file_wrapper" in environ and not isinstance(body, _PLAIN):
            # The server sends it in its own way, and tells nobody when it is done.
            visit.sent = visit.length or 0
            self._end(visit)
            return body
        return _Counted(body, visit, self._end)

    def _begin(self, environ: "WSGIEnvironment") -> Visit:
        # Needs no lock: between its parts no other thread gets its turn.
        self._in_progress += 1
        self._meters.begin()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusts_numbers else ""
        number = given if _NUMBER_FORM.match(given) else secrets.token_hex(8)
        method = environ["REQUEST_METHOD"]
        path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        return Visit(
            number=number,
            method=method if method in _METHODS else "other",
            path=_LONG_PART.sub("…", path)[:_LONGEST_PATH],
            address=environ.get("REMOTE_ADDR", "")[:64],
        )

    def _end(self, visit: Visit) -> None:
        self._in_progress -= 1
        took = (visit.answered or time.perf_counter()) - visit.began
        status = str(visit.status or 500)
        route = visit.route or NO_ROUTE
        self._meters.count(REQUESTS, route, visit.method, status)
        self._meters.observe(DURATION, route, value=took)
        level = logging.DEBUG if visit.route in _WATCHERS else logging.INFO
        if _log.isEnabledFor(level):
            _log.log(level, "%s %s %s", visit.method, visit.path, status, extra=_facts(visit))


class _Counted:
    """A body that counts its bytes and tells once when it was sent, or given up."""

    def __init__(self, body: Iterable[bytes], visit: Visit, end: Callable[[Visit], None]) -> None:
        self._body = body
        self._visit = visit
        self._end: Callable[[Visit], None] | None = end

    def __iter__(self) -> Iterator[bytes]:
        for chunk in chain((b"",), self._body):
            self._visit.sent += len(chunk)
            if self._visit.length is not None and self._visit.sent >= self._visit.length:
                # A server that stops may end us as soon as the client has it all.
                self._finish()
            if chunk:
                yield chunk

    def close(self) -> None:
        """Close the body; servers may do so twice."""
        close: Callable[[], None] | None = getattr(self._body, "close", None)
        try:
            if close is not None:
                close()
        finally:
            self._finish()

    def _finish(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end(self._visit)


def find_visit() -> Visit | None:
    """Return the request that is being answered, or None."""
    return request.environ.get(_VISIT) if has_request_context() else None


def find_number() -> str:
    """Return the number of the request that is being answered, or nothing."""
    visit = find_visit()
    return "" if visit is None else visit.number


def tell_visit() -> dict[str, Any]:
    """Return what lines of the log are to carry that are written during a request."""
    visit = find_visit()
    if visit is None:
        return {}
    return {"request_id": visit.number, "route": visit.route, "account_id": visit.account_id}


def note_route() -> None:
    """Note to which route a request went, and what of its path may be shown."""
    visit, rule = find_visit(), request.url_rule
    if visit is None or rule is None:
        return
    visit.route, path = rule.rule, request.path
    for name in _SECRETS:
        if (request.view_args or {}).get(name):
            path = path.replace(request.view_args[name], "…")  # type: ignore[index]
    visit.path = path[:_LONGEST_PATH]


def note_account(account_id: int | None) -> None:
    """Note whose request it is."""
    visit = find_visit()
    if visit is not None:
        visit.account_id = account_id


def _numbered(visit: Visit, start_response: "StartResponse") -> "StartResponse":
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        visit.status = int(status[:3])
        lengths = (int(value) for name, value in headers if name == "Content-Length")
        visit.length = next(lengths, None)
        return start_response(status, [*headers, (NUMBER, visit.number)], *rest)

    return start


def _facts(visit: Visit) -> dict[str, Any]:
    return {
        "method": visit.method,
        "path": visit.path,
        "status": visit.status or 500,
        "ms": round((time.perf_counter() - visit.began) * 1000, 1),
        "bytes": visit.sent,
        "client": visit.address,
        "request_id": visit.number,
        "route": visit.route,
        "account_id": visit.account_id,
    }
