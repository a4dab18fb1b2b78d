"""An upstream as the door sees it: pages that age, and files that come when they are wanted."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from app.core import clock
from app.core.exceptions import Unavailable
from app.core.storage import blobs
from app.projects.exceptions import FileNotFound
from app.projects.names import normalise
from app.sources.base import LAST, METADATA, Arrival, Source
from app.sources.page import FileLink, IndexPage, Origin, ReleaseDetail, RemoteFile, StoredFile

TTL = timedelta(minutes=10)
# No policy finds it too young.
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


class Coming(Arrival):
    """A file on its way: in pieces, to its end or not, and here only when a test lets it land."""

    def __init__(self, filename: str, content: bytes, *, knows: bool = True) -> None:
        self.filename = filename
        self.content = content
        self.knows = knows
        self.waited: list[float] = []
        self.is_here = False
        self.gives_parts = True
        self.breaks_after: int | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    @override
    def size(self) -> int | None:
        return len(self.content) if self.knows else None

    @property
    def remote(self) -> RemoteFile:
        facts = {"sha256": self.digest if self.knows else None, "size": self.size}
        where = {"project": "far-away", "version": "1.0", "index_slug": "pypi"}
        where["uploaded_at"] = LONG_AGO
        return RemoteFile(filename=self.filename, **facts, **where)

    @property
    def stored(self) -> StoredFile:
        sha256 = blobs().save_bytes(self.content)
        where = {"project": "far-away", "version": "1.0", "index_slug": "pypi"}
        where["uploaded_at"] = LONG_AGO
        return StoredFile(filename=self.filename, sha256=sha256, size=len(self.content), **where)

    @override
    def wait(self, seconds: float) -> StoredFile | None:
        self.waited.append(seconds)
        return self.stored if self.is_here else None

    @override
    def chunks(self) -> Iterator[bytes]:
        if self.breaks_after == 0:
            raise Unavailable(retry_after=3)
        return self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        end = len(self.content) if self.breaks_after is None else self.breaks_after
        for start in range(0, end, 100):
            yield self.content[start : min(start + 100, end)]
        if self.breaks_after is not None:
            raise Unavailable

    @override
    def part(self, start: int, stop: int) -> bytes | None:
        return self.content[start:stop] if self.gives_parts else None


class Far(Source):
    """What an upstream has (`there`), what was copied of it (`pages`), and who was asked for."""

    def __init__(self) -> None:
        self.there: dict[str, IndexPage] = {}
        self.pages: dict[str, IndexPage] = {}
        self.files: dict[tuple[str, str], Coming] = {}
        self.details: dict[str, ReleaseDetail] = {}
        self.asked: list[str] = []
        self.is_down = False

    def put(self, name: str = "Far.Away", *files: Coming, serial: int = 100, **facts) -> None:
        """Let the upstream have a project with these files."""
        links = tuple(_link(file) for file in files)
        page = IndexPage(
            index_slug="pypi",
            name=name,
            normalized_name=normalise(name),
            versions=tuple(dict.fromkeys(link.version for link in links)),
            files=links,
            serial=serial,
            **facts,
        )
        self.there[normalise(name)] = page

    def announce(self, file: Coming) -> str:
        """Let a file come when its address is asked for, and return that."""
        address = _link(file).address
        self.files[address, file.filename] = file
        return f"/files/{address}/{file.filename}"

    @override
    def find_page(self, name: str) -> IndexPage | None:
        return self.pages.get(normalise(name))

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        page, detail = self.find_page(name), self.details.get(normalise(name))
        return detail and page and replace(detail, origin=page.origin)

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        self.freshen(name)

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        known = sorted(self.pages.values(), key=lambda page: page.normalized_name)
        pairs = ((page.name, page.normalized_name) for page in known)
        return (pair for pair in pairs if begin <= pair[1] < end)

    @override
    def holds(self, names) -> set[str]:
        return {*names} & {*self.pages}

    @override
    def withheld(self) -> set[str]:
        return set()

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        file = self.files.get((address, filename))
        if file is None:
            return None
        return file.stored if file.is_here else file.remote

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return self.find_file(address, filename + METADATA)

    @override
    def freshen(self, name: str) -> bool:
        name = normalise(name)
        copy = self.pages.get(name)
        if copy is not None and copy.fresh_until > clock.now():
            return True
        self.asked.append(name)
        if self.is_down and copy is None:
            raise Unavailable(retry_after=3)
        if self.is_down:
            self.pages[name] = replace(copy, origin=replace(copy.origin, is_stale=True))
        elif name in self.there:
            origin = Origin(index_slug="pypi", title="far.example", fetched_at=clock.now())
            until = clock.now() + TTL
            self.pages[name] = replace(self.there[name], origin=origin, fresh_until=until)
        return name in self.pages

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        if (address, filename) not in self.files:
            raise FileNotFound
        return self.files[address, filename]


def _link(file: Coming) -> FileLink:
    return FileLink(
        filename=file.filename,
        version="1.0",
        sha256=file.digest if file.knows else None,
        size=file.size,
        uploaded_at=LONG_AGO,
        place=f"https://far.example/{file.filename}",
    )
