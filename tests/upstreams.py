"""Real upstream servers, honest or not: what they tell and how they behave can change any time.

    with UpstreamServer() as upstream:
        upstream.add_wheel("six", "1.0")
        upstream.breaks(Stall(), path="/simple/six/")

They run in threads of the test's process, so that a house in other processes can ask them.
"""

import base64
import contextlib
import fnmatch
import gzip
import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name, wheel_name

V1_JSON = "application/vnd.pypi.simple.v1+json"
UPLOADED = "2024-03-01T12:00:00.000000Z"
# What an upstream speaks.
STYLES = ("json", "json-metadata", "html", "html-api", "json-api")
_LONGEST_WAIT = 60


@dataclass
class HeldFile:
    """A file of an upstream; what is told of it may be None (nothing) or wrong."""

    filename: str
    content: bytes
    version: str
    metadata: bytes | None = None
    requires_python: str | None = None
    # A reason, an empty one too, or None.
    yanked: str | None = None
    uploaded_at: str | None = UPLOADED
    has_size: bool = True
    # What the page says, if it is not what is.
    told_sha256: str | None = None
    has_hash: bool = True
    url: str | None = None
    # Further keys of the JSON page, in place of others.
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.filename} {self.version}".encode()).hexdigest()
        # The place stays when the bytes change.
        self.path = f"/packages/{digest[:2]}/{digest[2:]}/{self.filename}"

    @property
    def sha256(self) -> str:
        """Return the digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def hashes(self) -> dict[str, str]:
        """Return what is told of the digest."""
        return {"sha256": self.told_sha256 or self.sha256} if self.has_hash else {}

    @property
    def metadata_hashes(self) -> dict[str, str] | None:
        """Return what is told of the core metadata."""
        if self.metadata is None:
            return None
        return {"sha256": hashlib.sha256(self.metadata).hexdigest()}


@dataclass
class HeldProject:
    """A project of an upstream."""

    name: str
    files: dict[str, HeldFile] = field(default_factory=dict)
    status: str | None = None
    status_reason: str | None = None
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def normalized_name(self) -> str:
        """Return the name as it stands in URLs."""
        return canonicalize_name(self.name)


@dataclass(frozen=True)
class Seen:
    """A request as it came; the names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]


class Trouble:
    """Something that an upstream does wrong; by itself it closes the connection without a word."""

    def __repr__(self) -> str:
        # The same in every process, because it stands in the names of tests.
        return type(self).__name__

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        """Answer in place of the honest reply."""
        exchange.hang_up()


@dataclass
class Refuse(Trouble):
    """Closes the connection without an answer."""


@dataclass
class Slow(Trouble):
    """Waits before the first byte."""

    seconds: float = 30

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.pause(self.seconds)
        exchange.send(honest)


@dataclass
class Stall(Trouble):
    """Sends a part of the body, and then nothing for a long time."""

    share: float = 0.5
    seconds: float = 90

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.begin(honest, length=len(honest.body))
        middle = int(len(honest.body) * self.share)
        exchange.write(honest.body[:middle])
        exchange.pause(self.seconds)
        exchange.write(honest.body[middle:])


@dataclass
class Drip(Trouble):
    """Sends a few bytes every now and then."""

    piece: int = 1
    seconds: float = 0.1

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.begin(honest, length=len(honest.body))
        for start in range(0, len(honest.body), self.piece):
            exchange.write(honest.body[start : start + self.piece])
            exchange.pause(self.seconds)


@dataclass
class Trickle(Trouble):
    """Begins an answer, and then sends a letter of what nobody waits for every now and then."""

    begin: bytes = b"HTTP/1.1 200 OK\r\nX-Long: "
    seconds: float = 0.1

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.write(self.begin)
        while not exchange.server.is_closing:
            exchange.write(b"a")
            exchange.pause(self.seconds)


@dataclass
class Truncate(Trouble):
    """Promises the whole body, sends a part and closes."""

    share: float = 0.5

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.begin(honest, length=len(honest.body))
        exchange.write(honest.body[: int(len(honest.body) * self.share)])
        exchange.hang_up()


@dataclass
class CutShort(Trouble):
    """Sends a part of the body as if it were all."""

    share: float = 0.5

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        honest.body = honest.body[: int(len(honest.body) * self.share)]
        exchange.send(honest)


@dataclass
class WrongBytes(Trouble):
    """Sends as many bytes, but the last one is another one."""

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        honest.body = honest.body[:-1] + bytes([honest.body[-1] ^ 1])
        exchange.send(honest)


@dataclass
class Status(Trouble):
    """Answers with a status and an error page."""

    code: int = 503
    headers: dict[str, str] = field(default_factory=dict)

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.send(Reply(self.code, "text/html", b"<h1>Sorry</h1>", dict(self.headers)))


@dataclass
class ErrorPage(Trouble):
    """Answers 200 with a page that has nothing of what was asked for."""

    body: bytes = b"<!DOCTYPE html><html><body><h1>Maintenance</h1>Back soon.</body></html>"
    content_type: str = "text/html; charset=utf-8"

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.send(Reply(200, self.content_type, self.body))


@dataclass
class Redirect(Trouble):
    """Leads to another place; by default to itself, for ever."""

    location: str | None = None
    code: int = 302

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        place = exchange.path if self.location is None else self.location
        exchange.send(Reply(self.code, "text/plain", b"", {"Location": place}))


@dataclass
class Endless(Trouble):
    """Sends a body that never ends."""

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.begin(honest, length=None)
        while not exchange.server.is_closing:
            exchange.write(b" " * 65536)


@dataclass
class Bomb(Trouble):
    """Sends few bytes that become very many when they are decoded."""

    megabytes: int = 1024

    def befall(self, exchange: "Exchange", honest: "Reply") -> None:
        exchange.begin(honest, length=None, encoding="gzip")
        exchange.write(gzip.compress(b" " * 1024 * 1024, 9) * self.megabytes)
        exchange.hang_up()


@dataclass
class Reply:
    """An answer before it is sent."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class UpstreamServer:
    """An upstream index on a free port of 127.0.0.1; see STYLES for what it speaks."""

    def __init__(
        self, style: str = "json-metadata", *, has_validators: bool = True, port: int = 0
    ) -> None:
        self.style = style
        self.has_validators = has_validators
        self.api_version = "1.1"
        self.projects: dict[str, HeldProject] = {}
        # Whole pages by path, in place of those made of the projects.
        self.pages: dict[str, Reply] = {}
        self.log: list[Seen] = []
        self.login: tuple[str, str] | None = None
        self.is_closing = False
        self._troubles: dict[str, Trouble] = {}
        self._relief = threading.Event()
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._connections: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Return its address without a path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Return the address of its simple index."""
        return f"{self.origin}/simple/"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self.is_closing = False
        self._server = _Server(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def stop(self) -> None:
        """Listen no longer, so that connections are refused, and cut those that are open."""
        if self._server is None:
            return
        self.is_closing = True
        self._relief.set()
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def breaks(self, trouble: Trouble, path: str = "*") -> None:
        """Let a trouble befall all requests whose path fits a pattern (as in a shell)."""
        self._relief.clear()
        self._troubles = {path: trouble, **self._troubles}

    def heals(self) -> None:
        """Be honest again, also towards those who wait at this moment."""
        self._troubles = {}
        self._relief.set()

    def asked(self, path: str = "*", method: str = "*") -> list[Seen]:
        """Return the requests whose path fits a pattern."""
        return [
            seen
            for seen in list(self.log)
            if fnmatch.fnmatch(seen.path, path) and fnmatch.fnmatch(seen.method, method)
        ]

    def await_asked(self, path: str = "*", count: int = 1, seconds: float = 10) -> None:
        """Wait until there were so many requests."""
        deadline = time.monotonic() + seconds
        while len(self.asked(path)) < count:
            assert time.monotonic() < deadline, f"{path} was not asked for {count} times"
            time.sleep(0.005)

    def project(self, name: str) -> HeldProject:
        """Return a project, a new one if there is none."""
        return self.projects.setdefault(canonicalize_name(name), HeldProject(name))

    def add_wheel(
        self, name: str, version: str = "1.0", *, tag: str = "py3-none-any", **facts: Any
    ) -> HeldFile:
        """Add a wheel; its core metadata are told only in a style that does."""
        fields = facts.pop("fields", {})
        metadata = make_metadata(name, version, **fields)
        content = facts.pop("content", None) or make_wheel(name, version, metadata=metadata)
        return self.add_file(
            name, wheel_name(name, version, tag), content, version, metadata=metadata, **facts
        )

    def add_sdist(self, name: str, version: str = "1.0", **facts: Any) -> HeldFile:
        """Add a source archive."""
        content = facts.pop("content", None) or make_sdist(name, version)
        return self.add_file(name, sdist_name(name, version), content, version, **facts)

    def add_file(
        self, name: str, filename: str, content: bytes, version: str = "1.0", **facts: Any
    ) -> HeldFile:
        """Add any file."""
        file = HeldFile(filename, content, version, **facts)
        self.project(name).files[filename] = file
        return file

    def add_many(self, name: str, count: int) -> None:
        """Add very many wheels, twenty to a version."""
        for number in range(count):
            version = f"{number // 2000}.{number // 20 % 100}"
            filename = wheel_name(name, version, f"cp3{number % 20}-cp3{number % 20}-linux_x86_64")
            content = filename.encode()
            self.add_file(name, filename, content, version, requires_python=">=3.9")

    def remove(self, name: str) -> None:
        """Remove a project."""
        del self.projects[canonicalize_name(name)]

    def answer(self, seen: Seen) -> tuple[Reply, Trouble | None]:
        """Return the honest answer, and what befalls it."""
        trouble = next(
            (
                trouble
                for pattern, trouble in self._troubles.items()
                if fnmatch.fnmatch(seen.path, pattern)
            ),
            None,
        )
        if self.login and not self._knows(seen):
            return Reply(401, "text/plain", b"Who are you?", {"WWW-Authenticate": "Basic"}), trouble
        return self._honest(seen), trouble

    def wait(self, seconds: float) -> None:
        """Wait, unless it heals or stops meanwhile."""
        self._relief.wait(min(seconds, _LONGEST_WAIT))

    def _knows(self, seen: Seen) -> bool:
        pair = ":".join(self.login or ())
        wanted = "Basic " + base64.b64encode(pair.encode()).decode()
        return seen.headers.get("authorization") == wanted

    def _honest(self, seen: Seen) -> Reply:
        path = unquote(urlsplit(seen.path).path)
        if path in self.pages:
            page = self.pages[path]
            return Reply(page.status, page.content_type, page.body, dict(page.headers))
        for pattern, make in self._doors():
            match = re.fullmatch(pattern, path)
            reply = make(seen, *match.groups()) if match else None
            if reply is not None:
                return reply
        return Reply(404, "text/plain", b"")

    def _doors(self) -> Iterable[tuple[str, Callable[..., Reply | None]]]:
        yield "/simple/", self._root
        yield "/simple/([^/]+)", lambda _s, name: Reply(308, "", b"", {"Location": f"{name}/"})
        yield "/simple/([^/]+)/", self._page
        if self.style.endswith("-api"):
            yield "/pypi/([^/]+)/json", self._api
        yield "(/packages/.+)", self._file

    def _root(self, seen: Seen) -> Reply:
        names = [project.name for project in self.projects.values()]
        if self._speaks_json(seen):
            told = {
                "meta": {"api-version": self.api_version},
                "projects": [{"name": name} for name in names],
            }
            return self._validated(seen, Reply(200, V1_JSON, json.dumps(told).encode()))
        links = "".join(
            f'<a href="{canonicalize_name(name)}/">{escape(name)}</a>' for name in names
        )
        return self._validated(seen, Reply(200, "text/html", _html(links)))

    def _page(self, seen: Seen, name: str) -> Reply | None:
        project = self.projects.get(canonicalize_name(name))
        if project is None:
            return None
        if self._speaks_json(seen):
            body = json.dumps(self._json_page(project)).encode()
            return self._validated(seen, Reply(200, V1_JSON, body))
        links = "\n".join(_anchor(file) for file in project.files.values())
        return self._validated(seen, Reply(200, "text/html; charset=utf-8", _html(links, project)))

    def _json_page(self, project: HeldProject) -> dict[str, Any]:
        page: dict[str, Any] = {
            "meta": {"api-version": self.api_version, "_last-serial": "1"},
            "name": project.normalized_name,
            "versions": sorted({file.version for file in project.files.values()}),
            "files": [self._json_file(file) for file in project.files.values()],
        }
        if project.status:
            page["project-status"] = {"status": project.status, "reason": project.status_reason}
        return page

    def _json_file(self, file: HeldFile) -> dict[str, Any]:
        told: dict[str, Any] = {
            "filename": file.filename,
            "url": file.url or file.path,
            "hashes": file.hashes,
            "requires-python": file.requires_python,
            "yanked": False if file.yanked is None else file.yanked or True,
        }
        if file.has_size:
            told["size"] = len(file.content)
        if file.uploaded_at is not None:
            told["upload-time"] = file.uploaded_at
        if self.style == "json-metadata" and file.metadata is not None:
            told["core-metadata"] = file.metadata_hashes
        return told | file.extra

    def _api(self, seen: Seen, name: str) -> Reply | None:
        project = self.projects.get(canonicalize_name(name))
        if project is None:
            return None
        releases: dict[str, list[dict[str, Any]]] = {}
        for file in project.files.values():
            releases.setdefault(file.version, []).append(self._api_file(file))
        newest = list(releases)[-1] if releases else ""
        info = {
            "name": project.name,
            "version": newest,
            "summary": f"What {project.name} is",
            "description": f"# {project.name}",
            "description_content_type": "text/markdown",
            "requires_dist": None,
            "yanked": False,
        }
        told = {
            "info": info | project.info,
            "releases": releases,
            "urls": releases.get(newest, []),
            "last_serial": 1,
        }
        return self._validated(seen, Reply(200, "application/json", json.dumps(told).encode()))

    def _api_file(self, file: HeldFile) -> dict[str, Any]:
        is_wheel = file.filename.endswith(".whl")
        return {
            "filename": file.filename,
            "url": file.url or f"{self.origin}{file.path}",
            "digests": file.hashes | {"md5": hashlib.md5(file.content).hexdigest()},
            "size": len(file.content) if file.has_size else None,
            "upload_time_iso_8601": file.uploaded_at,
            "requires_python": file.requires_python,
            "yanked": file.yanked is not None,
            "yanked_reason": file.yanked,
            "packagetype": "bdist_wheel" if is_wheel else "sdist",
            "python_version": "py3" if is_wheel else "source",
            "core-metadata": file.metadata_hashes or False,
        } | file.extra

    def _file(self, seen: Seen, path: str) -> Reply | None:
        wanted = path.removesuffix(".metadata")
        for project in list(self.projects.values()):
            for file in list(project.files.values()):
                if file.path == wanted:
                    body = file.content if wanted == path else file.metadata
                    return None if body is None else _ranged(seen, body)
        return None

    def _validated(self, seen: Seen, reply: Reply) -> Reply:
        if not self.has_validators:
            return reply
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:20]}"'
        reply.headers["ETag"] = etag
        if seen.headers.get("if-none-match") == etag:
            return Reply(304, "", b"", {"ETag": etag})
        return reply

    def _speaks_json(self, seen: Seen) -> bool:
        return self.style.startswith("json") and V1_JSON in seen.headers.get("accept", "")


class Exchange:
    """One request that is being answered."""

    def __init__(self, server: UpstreamServer, handler: BaseHTTPRequestHandler) -> None:
        self.server = server
        self.path = handler.path
        self._handler = handler

    def send(self, reply: Reply) -> None:
        """Send an answer whole."""
        self.begin(reply, length=len(reply.body))
        self.write(reply.body)

    def begin(self, reply: Reply, *, length: int | None, encoding: str = "") -> None:
        """Send status and headers; without a length the end of the connection is the body's."""
        handler = self._handler
        handler.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, "Content-Encoding": encoding}
        if length is None:
            headers["Connection"] = "close"
        elif reply.status != 304:
            headers["Content-Length"] = str(length)
        for name, value in (headers | reply.headers).items():
            if value:
                handler.send_header(name, value)
        if reply.status == 304 or (length == 0 and "Content-Length" not in headers):
            handler.send_header("Content-Length", "0")
        handler.end_headers()

    def write(self, data: bytes) -> None:
        """Send some of the body."""
        if self._handler.command != "HEAD":
            self._handler.wfile.write(data)

    def pause(self, seconds: float) -> None:
        """Wait, unless the upstream heals or stops meanwhile."""
        self._handler.wfile.flush()
        self.server.wait(seconds)

    def hang_up(self) -> None:
        """Close the connection."""
        self._handler.close_connection = True
        self._handler.wfile.flush()
        with contextlib.suppress(OSError):
            self._handler.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 200

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""


def _handler(server: UpstreamServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server._connections.add(self.connection)

        def finish(self) -> None:
            server._connections.discard(self.connection)
            with contextlib.suppress(OSError):
                super().finish()

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(self.command, self.path, headers)
            server.log.append(seen)
            reply, trouble = server.answer(seen)
            exchange = Exchange(server, self)
            if trouble is None:
                exchange.send(reply)
            else:
                trouble.befall(exchange, reply)

        do_HEAD = do_GET  # noqa: N815 - so it is called

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _anchor(file: HeldFile) -> str:
    fragment = f"#sha256={file.hashes['sha256']}" if file.has_hash else ""
    told = {"data-requires-python": file.requires_python, "data-yanked": file.yanked}
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in told.items() if value is not None
    )
    return (
        f'<a href="{escape(file.url or file.path)}{fragment}"{attributes}>{file.filename}</a><br>'
    )


def _html(links: str, project: HeldProject | None = None) -> bytes:
    status = ""
    if project is not None and project.status:
        status = f'<meta name="pypi:project-status" content="{project.status}">'
    if project is not None and project.status_reason:
        reason = escape(project.status_reason)
        status += f'<meta name="pypi:project-status-reason" content="{reason}">'
    return f"<!DOCTYPE html><html><head>{status}</head><body>{links}</body></html>".encode()


def _ranged(seen: Seen, body: bytes) -> Reply:
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", seen.headers.get("range", ""))
    plain = Reply(200, "application/octet-stream", body, {"Accept-Ranges": "bytes"})
    if wanted is None or wanted.group() == "bytes=-":
        return plain
    first, last = wanted.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    stop = min(len(body), int(last) + 1) if first and last else len(body)
    if start >= len(body):
        return Reply(416, "", b"", {"Content-Range": f"bytes */{len(body)}"})
    place = f"bytes {start}-{stop - 1}/{len(body)}"
    return Reply(206, plain.content_type, body[start:stop], {"Content-Range": place})
