"""Having files here before anybody asks for them.

All goes through the chain of an index, as if an installer asked: so a name has one
owner, the policy is kept, and what is here is not fetched again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from packaging.version import Version

from app.core.crews import Bell, Interrupted
from app.core.database import transaction
from app.core.exceptions import DomainError
from app.core.i18n import _l
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.queries import get_index, list_paths
from app.mirror.keeping import pin
from app.mirror.wishes import Digest, Wish
from app.projects.exceptions import FileNotFound
from app.projects.versions import parse_version
from app.sources.base import METADATA, Source
from app.sources.chain import Chain
from app.sources.page import FileLink, IndexPage, RemoteFile, StoredFile
from app.sources.registry import own_source, source_for

_WAIT_SECONDS = 0.5
_CHUNK = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which files of a release are wanted: `platforms` are patterns of wheels' platform tags."""

    wheels_only: bool = False
    platforms: tuple[str, ...] = ()

    def takes(self, filename: str) -> bool:
        """Tell whether a file is wanted."""
        if not filename.endswith(".whl"):
            return not self.wheels_only
        tags = filename.removesuffix(".whl").rpartition("-")[2].split(".")
        return not self.platforms or any(
            tag == "any" or any(fnmatchcase(tag, pattern) for pattern in self.platforms)
            for tag in tags
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """A file that a wish comes down to; one of the digests must be right, if there are any."""

    project: str
    link: FileLink
    digests: frozenset[Digest] = frozenset()


@dataclass(frozen=True)
class Lack:
    """What could not be had, and why, in a sentence."""

    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a wish comes down to; `version` is empty when nothing fits."""

    orders: tuple[Order, ...] = ()
    lacks: tuple[Lack, ...] = ()
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A file that is here; `is_new` tells whether it came just now."""

    filename: str
    size: int
    is_new: bool


def plan(slug: str, wish: Wish, choice: Choice) -> Plan:
    """Return which files a wish comes down to; the upstream is asked for the project's page."""
    index = get_index(slug)
    source = source_for(index)
    try:
        source.freshen(wish.name)
        page = source.find_page(wish.name)
    except DomainError as error:
        return _nothing(str(wish), error)
    if page is None:
        return _nothing(str(wish), _l("There is no such project."))
    if wish.files:
        return _plan_files(index, source, wish, page, choice)
    return _plan_release(index, source, wish, page, choice)


def deliver(slug: str, order: Order, bell: Bell, *, is_kept: bool) -> Delivery | Lack:
    """Let a file come, with its core metadata, and pin it if it is to be kept."""
    source = source_for(get_index(slug))
    link = order.link
    try:
        stored, is_new = obtain(source, link.address, link.filename, bell)
        _obtain_metadata(source, link, bell)
        if order.digests and not _is_right(stored, order.digests):
            return Lack(link.filename, str(_l("It has not the digest that was demanded.")))
        if is_kept:
            keep_pinned(stored.index_slug, link.address, link.filename)
    except DomainError as error:
        return Lack(link.filename, str(error))
    return Delivery(filename=link.filename, size=stored.size, is_new=is_new)


def keep_pinned(slug: str, address: str, filename: str) -> None:
    """Pin a file if it is a mirror's; our own ones stay anyway."""
    index = get_index(slug)
    if index.kind == "mirror":
        with transaction():
            pin(index.id, address, filename)


def _plan_files(index: Index, source: Chain, wish: Wish, page: IndexPage, choice: Choice) -> Plan:
    """Return the files that a lock names."""
    offered = {link.filename: link for link in page.files}
    orders, lacks = [], []
    for named in wish.files:
        if not choice.takes(named.filename):
            continue
        link = offered.get(named.filename)
        if link is None:
            lacks.append(Lack(named.filename, _why_not(index, source, page, {named.filename})))
        elif named.digest[0] == "sha256" and link.sha256 not in {None, named.digest[1]}:
            lacks.append(Lack(named.filename, str(_l("Its digest is not that of the lock."))))
        else:
            digests = frozenset({named.digest})
            orders.append(Order(project=page.normalized_name, link=link, digests=digests))
    version = orders[0].link.version if orders else ""
    return Plan(orders=tuple(orders), lacks=tuple(lacks), version=version)


def _plan_release(index: Index, source: Chain, wish: Wish, page: IndexPage, choice: Choice) -> Plan:
    """Return the files of the newest release that fits."""
    version = _newest(wish, page.files)
    if version is None:
        return Plan(lacks=(_why_none(index, source, wish, page),))
    known = {digest for kind, digest in wish.digests if kind == "sha256"}
    wanted = [
        Order(project=page.normalized_name, link=link, digests=wish.digests)
        for link in page.files
        if link.version == version
        and choice.takes(link.filename)
        # Others than those whose digests are named would be refused by the installer.
        and (not known or link.sha256 is None or link.sha256 in known)
    ]
    if not wanted:
        return _nothing(f"{page.name} {version}", _l("It has no file of the kind that is wanted."))
    return Plan(orders=tuple(wanted), version=version)


def _newest(wish: Wish, links: Iterable[FileLink]) -> str | None:
    """Return the newest version that fits, a pre-release only when nothing else does."""
    versions = {
        link.version: parsed
        for link in links
        if (wish.is_pinned or not link.is_yanked)
        and (parsed := parse_version(link.version)) is not None
    }
    spelled: dict[Version, str] = {parsed: version for version, parsed in versions.items()}
    fitting = list(wish.specifier.filter(spelled))
    return spelled[max(fitting)] if fitting else None


def _why_none(index: Index, source: Chain, wish: Wish, page: IndexPage) -> Lack:
    """Return why no release fits: perhaps one would, and is withheld."""
    for plain in _plain_pages(index, page.normalized_name):
        version = _newest(wish, plain.files)
        if version is not None:
            names = {link.filename for link in plain.files if link.version == version}
            return Lack(f"{page.name} {version}", _why_not(index, source, page, names))
    return Lack(str(wish), str(_l("No version of it fits.")))


def _why_not(index: Index, source: Chain, page: IndexPage, filenames: set[str]) -> str:
    """Return why files are not on a page."""
    for plain in _plain_pages(index, page.normalized_name):
        for link in plain.files:
            if link.filename in filenames:
                try:
                    source.find_file(link.address, link.filename)
                except DomainError as error:
                    return str(error)
    return str(_l("It is not offered."))


def _plain_pages(index: Index, name: str) -> Iterator[IndexPage]:
    """Yield the pages of a project as those who have it show it, without a policy."""
    for path in list_paths(index):
        source = own_source(path[-1])
        page = source and source.find_page(name)
        if page:
            yield page


def obtain(source: Source, address: str, filename: str, bell: Bell) -> tuple[StoredFile, bool]:
    """Return a file that is here now, and whether it came just now."""
    is_metadata = filename.endswith(METADATA)
    find = source.find_metadata if is_metadata else source.find_file
    found = find(address, filename.removesuffix(METADATA))
    if found is None:
        raise FileNotFound
    if isinstance(found, RemoteFile):
        return _await(source, address, filename, bell), True
    return found, False


def _await(source: Source, address: str, filename: str, bell: Bell) -> StoredFile:
    arrival = source.fetch(address, filename)
    while True:
        stored = arrival.wait(_WAIT_SECONDS)
        if stored is not None:
            return stored
        if bell.is_set():
            raise Interrupted


def _obtain_metadata(source: Source, link: FileLink, bell: Bell) -> None:
    if link.metadata_sha256 or link.has_metadata:
        obtain(source, link.address, link.filename + METADATA, bell)


def _is_right(stored: StoredFile, digests: frozenset[Digest]) -> bool:
    """Tell whether a file has one of some digests."""
    return any(_digest(stored, kind) == digest for kind, digest in digests)


def _digest(stored: StoredFile, kind: str) -> str | None:
    if kind == "sha256":
        return stored.sha256
    if kind not in hashlib.algorithms_guaranteed or kind.startswith("shake"):
        return None
    digest = hashlib.new(kind)
    with blobs().open(stored.sha256) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _nothing(what: str, why: object) -> Plan:
    return Plan(lacks=(Lack(what, str(why)),))
