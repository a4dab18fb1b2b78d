"""Asks upstreams over HTTP, with bounds on everything they may do to us.

Redirects are followed by hand, because each hop must be allowed; times, sizes and
decompression have limits; a login goes to the upstream's own origin and nowhere else.
"""

import logging
import os
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from app.core.breaker import Breaker
from app.core.meters import kind, meters
from app.core.runtime import part, setting
from app.indexes.models import Index
from app.mirror import health
from app.mirror.answers import FAILURES, Answer, Reply, Stream, describe, rest_of
from app.mirror.connections import Connections
from app.mirror.decoding import ACCEPTED, decode, gather
from app.mirror.exceptions import UpstreamMissing, UpstreamUnavailable
from app.mirror.guard import Guard, Origin, askable
from app.mirror.manners import Manners
from app.mirror.patience import until
from app.projects.names import normalise

# How long a client waits for what is not here: less than its own time-out of 8 s.
PATIENCE_SECONDS = 7.0
MOST_REDIRECTS = 5
_CONNECT_SECONDS = 5.0
_REDIRECTS = {301, 302, 303, 307, 308}
_MISSING = {404, 410}
_MOST_BREAKERS = 100
# So ends a connection that had been idle when its other end closed it.
_HANGUPS = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)

ASKED = kind(
    "tilsit_upstream_requests_total",
    "Questions to upstreams, those included that were not asked as it rests after failures.",
    "result",
)

_log = logging.getLogger(__name__)


class Upstream:
    """One index somewhere else.

    `report` hears what is wrong with it, or nothing when it is up; `count` hears of each
    question whether it was `answered`, `failed` or not asked, as it is `resting`.
    """

    def __init__(
        self,
        url: str,
        *,
        hosts: tuple[str, ...] = (),
        report: Callable[[str], None] = lambda _error: None,
        count: Callable[[str], None] = lambda _result: None,
    ) -> None:
        own = Origin.of(url)
        if own is None:
            raise ValueError("this is not the address of an index")
        parts = urlsplit(url)
        self.url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/") + "/"
        self.title = str(own)
        self.guard = Guard(own, hosts)
        self._login = _login(parts.username, parts.password)
        self._connections = Connections(self.guard)
        # Of their own, because a file may take hours, and pages cannot wait for that.
        self._file_connections = Connections(self.guard)
        self._breakers = {own: _new_breaker()}
        self._report = report
        self._count = count
        self._was_up: bool | None = None
        self.manners = Manners()

    @property
    def is_resting(self) -> bool:
        """Tell whether it failed so often that it is not asked at this moment."""
        return self._breakers[self.guard.own].is_open

    def page_url(self, name: str) -> str:
        """Return where the index page of a project is."""
        return f"{self.url}{normalise(name)}/"

    def api_url(self, name: str) -> str | None:
        """Return where the JSON API has a project, or None if there can be none."""
        root, _, rest = self.url.rpartition("simple/")
        return None if rest or not root.endswith("/") else f"{root}pypi/{normalise(name)}/json"

    def get(
        self,
        url: str,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> Answer:
        """Return an answer of at most `limit` bytes; raises `UpstreamUnavailable`."""
        deadline = time.monotonic() + patience
        wanted = {"accept-encoding": ACCEPTED.decode(), **(headers or {})}
        with closing(self._ask(url, wanted, deadline)) as reply:
            status = 404 if reply.status in _MISSING else reply.status
            if status in {304, 404}:
                reply.leave()
                return Answer(status=status, url=reply.url, headers=reply.headers)
            if status != 200:
                reply.leave()
                raise UpstreamUnavailable
            encoding = reply.headers.get("content-encoding", "").strip().lower()
            body = gather(decode(reply.chunks(deadline), encoding), limit)
            return Answer(status=status, url=reply.url, headers=reply.headers, body=body)

    @contextmanager
    def open(self, url: str, *, patience: float = PATIENCE_SECONDS) -> Iterator[Stream]:
        """Give a file as it comes, for as long as that takes.

        Raises `UpstreamMissing` or `UpstreamUnavailable`.
        """
        deadline = time.monotonic() + patience
        wanted, ways = {"accept-encoding": "identity"}, self._file_connections
        with closing(self._ask(url, wanted, deadline, ways)) as reply:
            if reply.status in _MISSING:
                reply.leave()
                raise UpstreamMissing
            reply.note("")
            if reply.status != 200:
                raise UpstreamUnavailable
            yield Stream(reply)

    @contextmanager
    def open_page(self, url: str, *, headers: Mapping[str, str]) -> Iterator[Stream | None]:
        """Give a long page as it comes, or None if it is still as the validators in `headers` say.

        Raises `UpstreamMissing` or `UpstreamUnavailable`.
        """
        wanted = {"accept-encoding": ACCEPTED.decode(), **headers}
        with closing(self._ask(url, wanted, time.monotonic() + PATIENCE_SECONDS)) as reply:
            if reply.status in _MISSING:
                reply.leave()
                raise UpstreamMissing
            if reply.status not in {200, 304}:
                reply.leave()
                raise UpstreamUnavailable
            yield Stream(reply) if reply.status == 200 else None

    def get_part(
        self, url: str, start: int, stop: int, *, patience: float = PATIENCE_SECONDS
    ) -> bytes | None:
        """Return some bytes of a file, without the one at `stop`, or None if it gives no parts."""
        deadline = time.monotonic() + patience
        wanted = {"accept-encoding": "identity", "range": f"bytes={start}-{stop - 1}"}
        with closing(self._ask(url, wanted, deadline, self._file_connections)) as reply:
            given = reply.headers.get("content-range", "").partition("/")[0].lower()
            reply.note("")
            if reply.status != 206 or given != f"bytes {start}-{stop - 1}":
                return None
            body = gather(reply.chunks(deadline), stop - start)
            return body if len(body) == stop - start else None

    def close(self) -> None:
        """Close all connections; it can be asked again."""
        self._connections.close()
        self._file_connections.close()

    def _ask(
        self,
        url: str,
        headers: Mapping[str, str],
        deadline: float,
        connections: Connections | None = None,
    ) -> Reply:
        """Return an answer that is no redirect and no excuse; whoever gets it closes it."""
        for _ in range(1 + MOST_REDIRECTS):
            reply = self._send(url, headers, deadline, connections or self._connections)
            if reply.status not in _REDIRECTS:
                return reply
            reply.leave()
            reply.close()
            url = _lead(url, reply.headers.get("location", ""))
        raise UpstreamUnavailable

    def _send(
        self, url: str, headers: Mapping[str, str], deadline: float, connections: Connections
    ) -> Reply:
        origin = Origin.of(url)
        if origin is None or not self.guard.allows(url):
            _log.warning("an upstream led to a forbidden place", extra={"upstream": self.title})
            raise UpstreamUnavailable
        breaker = self._breaker_of(origin)
        self._enter(breaker)
        note = partial(self._note, origin, breaker)
        times = _times(deadline)
        request = self._request(url, origin, headers, times)
        try:
            with until(deadline):
                response = _transmit(connections.pool_for(origin), request)
        except httpcore.PoolTimeout as error:
            # We are busy, and the upstream has nothing to do with it.
            raise UpstreamUnavailable from error
        except FAILURES as error:
            note(describe(error))
            raise UpstreamUnavailable from error
        reply = Reply(response, url, times, note)
        if reply.status >= 500 or reply.status == 429:
            reply.close()
            note(f"HTTP {reply.status}")
            raise UpstreamUnavailable
        return reply

    def _request(
        self, url: str, origin: Origin, headers: Mapping[str, str], times: dict[str, float]
    ) -> httpcore.Request:
        target, host = askable(url)
        sent: dict[bytes | str, bytes | str] = {
            "host": host,
            "user-agent": "Tilsit",
            "accept": "*/*",
        }
        sent.update(headers)
        if self._login and origin == self.guard.own:
            sent["authorization"] = self._login
        place = httpcore.URL(
            scheme=origin.scheme, host=origin.host, port=origin.port, target=target
        )
        return httpcore.Request("GET", place, headers=sent, extensions={"timeout": times})

    def _enter(self, breaker: Breaker) -> None:
        try:
            breaker.enter()
        except UpstreamUnavailable:
            self._count("resting")
            raise

    def _breaker_of(self, origin: Origin) -> Breaker:
        """Return the breaker of a place: hosts of files fail by themselves."""
        if len(self._breakers) > _MOST_BREAKERS:
            self._breakers = {self.guard.own: self._breakers[self.guard.own]}
        return self._breakers.setdefault(origin, _new_breaker())

    def _note(self, origin: Origin, breaker: Breaker, error: str) -> None:
        """Tell the breaker of a place how it went, and whoever listens if it is our own one."""
        self._count("failed" if error else "answered")
        if error:
            _log.warning("an upstream failed", extra={"upstream": str(origin), "error": error})
            if not breaker.fail():
                return
        else:
            breaker.succeed()
        is_up = not error
        if origin == self.guard.own and is_up is not self._was_up:
            self._was_up = is_up
            self._report(error)


def count_resting() -> int:
    """Return how many upstreams this process does not ask at the moment, as they failed."""
    known: dict[Any, Upstream] = part("upstreams")
    return sum(upstream.is_resting for upstream in list(known.values()))


def upstream_for(index: Index) -> Upstream | None:
    """Return what a mirror copies, one for each process, or None when the mirror is off."""
    url = setting("UPSTREAMS").get(index.slug) or index.upstream_url
    if index.kind != "mirror" or not url or Origin.of(url) is None:
        return None
    hosts = tuple(setting("UPSTREAM_HOSTS"))
    # Connections must not be shared with a process that was forked from this one.
    key = (os.getpid(), index.id, url, hosts)
    known: dict[Any, Upstream] = part("upstreams")
    with _making:
        if key not in known:
            report, count = partial(health.note, index.id), partial(meters().count, ASKED)
            known[key] = Upstream(url, hosts=hosts, report=report, count=count)
        return known[key]


def forget_upstreams() -> None:
    """Close all connections to upstreams and forget how these were."""
    known: dict[Any, Upstream] = part("upstreams")
    with _making:
        while known:
            known.popitem()[1].close()


_making = threading.Lock()
_new_breaker = partial(Breaker, refusal=UpstreamUnavailable)


def _transmit(pool: httpcore.ConnectionPool, request: httpcore.Request) -> httpcore.Response:
    try:
        return pool.handle_request(request)
    except _HANGUPS:
        return pool.handle_request(request)


def _lead(url: str, location: str) -> str:
    """Return where a redirect leads."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise UpstreamUnavailable from error


def _login(username: str | None, password: str | None) -> str:
    if not username:
        return ""
    pair = f"{unquote(username)}:{unquote(password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def _times(deadline: float) -> dict[str, float]:
    rest = rest_of(deadline)
    return {"connect": min(_CONNECT_SECONDS, rest), "read": rest, "write": rest, "pool": rest}
