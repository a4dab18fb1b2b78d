"""The sources that an index looks into, one behind the other.

A name has one owner: the first source that holds it, and those of our own come
before all upstreams. So nothing is ever merged, and no upstream is asked for a
name that is ours.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from operator import itemgetter
from typing import TypeVar

from typing_extensions import override

from app.core.database import read_once
from app.indexes.queries import reserved_matcher
from app.projects.exceptions import FileNotFound
from app.projects.names import normalise
from app.sources.base import LAST, Arrival, Source, find_stored
from app.sources.page import IndexPage, ReleaseDetail, RemoteFile, StoredFile

Found = TypeVar("Found")
# A display name and a normalised name, and what else is told of them.
Entry = TypeVar("Entry", bound=tuple[str, ...])


class Chain(Source):
    """Our own sources, in their order, and then the upstreams.

    `slugs` are those of the indexes that the sources are of, in the same order.
    `neighbours` gives the sources of those who look into this index: no upstream is
    asked for what is theirs, on whatever way somebody comes. `reservations` gives what
    tells which normalised names no upstream is asked for.
    """

    def __init__(
        self,
        hosted: Sequence[Source],
        mirrors: Sequence[Source],
        *,
        floor_serial: int = 0,
        slugs: Sequence[str] = (),
        neighbours: Callable[[], Sequence[Source]] = tuple,
        reservations: Callable[[], Callable[[str], bool]] = reserved_matcher,
    ) -> None:
        self._hosted = hosted
        self._mirrors = mirrors
        self._floor_serial = floor_serial
        self._slugs = slugs
        self._neighbours = neighbours
        self._reservations = reservations

    @property
    def has_upstreams(self) -> bool:
        """Tell whether there is anybody to ask for what is not here."""
        return bool(self._mirrors)

    @override
    def find_page(self, name: str) -> IndexPage | None:
        page = self._find(name, lambda source: source.find_page(name))
        if page is None or page.serial >= self._floor_serial:
            return page
        return replace(page, serial=self._floor_serial)

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        return self._find(name, lambda source: source.find_release(name, version))

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        if len(self._hosted) == 1 and not self._mirrors:
            return self._hosted[0].names(begin, end)
        sources = [*self._hosted, *self._mirrors]
        return self._once_each([source.names(begin, end) for source in sources])

    @override
    def withheld(self) -> set[str]:
        return set().union(*(source.withheld() for source in self._hosted))

    @override
    def listed(self, names: Collection[str]) -> set[str]:
        return self._list_own(names) | self.list_foreign(names)

    @override
    def holds(self, names: Collection[str]) -> set[str]:
        held: set[str] = set()
        for source in (*self._hosted, *self._mirrors):
            held |= source.holds(names)
        return held

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return self._find_stored(lambda source: source.find_file(address, filename))

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return self._find_stored(lambda source: source.find_metadata(address, filename))

    @override
    def freshen(self, name: str) -> bool:
        if not self._may_ask(name):
            return self.is_ours(name) or self.find_page(name) is not None
        return any(mirror.freshen(name) for mirror in self._mirrors)

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        if not self._mirrors or not self._may_ask(name):
            return
        for mirror in self._mirrors:
            if mirror.freshen(name):
                mirror.freshen_release(name, version)
                return

    def visit(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        """Return a release as fresh as people read it, or None if it is not here.

        What is ours is looked for first, and nobody is asked for it.
        """
        for source in self._hosted:
            found = source.find_release(name, version)
            if found is not None or _holds(source, normalise(name)):
                return found
        self.freshen_release(name, version)
        return self._find_foreign(name, lambda source: source.find_release(name, version))

    @override
    def refresh(self, name: str) -> bool:
        if not self._may_ask(name):
            return self.is_ours(name) or self.find_page(name) is not None
        return any(mirror.refresh(name) for mirror in self._mirrors)

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        for mirror in self._mirrors:
            stored = find_stored(mirror, address, filename)
            if stored is not None:
                return mirror.fetch(address, filename)
        raise FileNotFound

    def list_foreign(self, names: Collection[str]) -> set[str]:
        """Return those of some normalised names that upstreams list and that are not ours."""
        if not self._mirrors or not names:
            return set()
        held: set[str] = set().union(*(source.holds(names) for source in self._hosted))
        is_reserved = self._reservations()
        foreign = {name for name in names if name not in held and not is_reserved(name)}
        return set().union(*(mirror.listed(foreign) for mirror in self._mirrors))

    def hides(self, owners: Mapping[str, str]) -> set[str]:
        """Return those of some normalised names that a rule or a reservation keeps from pages.

        They are given with the slugs of the indexes that have them. All else that
        `listed` asks for must be known of them.
        """
        hidden: set[str] = set()
        for source, slug in zip((*self._hosted, *self._mirrors), self._slugs, strict=False):
            hidden |= source.shuts([name for name, owner in owners.items() if owner == slug])
        foreign = set(self._slugs[len(self._hosted) :])
        mirrored = (name for name, owner in owners.items() if owner in foreign)
        return hidden | set(filter(self._reservations(), mirrored))

    def is_ours(self, name: str) -> bool:
        """Tell whether no upstream may be asked for a name."""
        normalized = normalise(name)
        is_held = any(_holds(source, normalized) for source in self._hosted)
        return is_held or self._reservations()(normalized)

    def _may_ask(self, name: str) -> bool:
        normalized = normalise(name)
        is_theirs = any(source.holds({normalized}) for source in self._neighbours())
        return not is_theirs and not self.is_ours(name)

    def origins(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str, str]]:
        """Yield what `names` does, each with the slug of the index that the project is of."""
        return self._once_each(self._signed((*self._hosted, *self._mirrors), begin, end))

    def own_origins(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str, str]]:
        """Yield of what `origins` does that which is no upstream's."""
        return self._once_each(self._signed(self._hosted, begin, end))

    def find_owner(self, name: str) -> str | None:
        """Return the slug of the index that a name belongs to, or None if no one knows it.

        No upstream is asked; of a reserved name none is the owner.
        """
        normalized = normalise(name)
        sources = self._hosted if self.is_ours(name) else (*self._hosted, *self._mirrors)
        for source, slug in zip(sources, self._slugs, strict=False):
            if source.holds({normalized}):
                return slug
        return None

    def upstream_holds(self, name: str) -> bool:
        """Tell, without asking any, whether a name is known to be an upstream's."""
        return any(mirror.holds({normalise(name)}) for mirror in self._mirrors)

    def _find(self, name: str, find: Callable[[Source], Found | None]) -> Found | None:
        """Return what the owner of a name has."""
        for source in self._hosted:
            found = find(source)
            if found is not None or _holds(source, normalise(name)):
                return found
        return self._find_foreign(name, find)

    def _find_foreign(self, name: str, find: Callable[[Source], Found | None]) -> Found | None:
        if not self._mirrors or self.is_ours(name):
            return None
        for mirror in self._mirrors:
            found = find(mirror)
            # The first upstream that has the project has no other behind it.
            if found is not None or mirror.find_page(name) is not None:
                return found
        return None

    def _list_own(self, names: Collection[str]) -> set[str]:
        listed: set[str] = set()
        left = set(names)
        for source in self._hosted:
            listed |= source.listed(left)
            # What the first holds, whether it shows it or not, no other can show.
            left -= source.holds(left) if len(self._hosted) > 1 else set()
        return listed

    def _find_stored(
        self, find: Callable[[Source], StoredFile | RemoteFile | None]
    ) -> StoredFile | RemoteFile | None:
        for source in self._hosted:
            stored = find(source)
            if stored is not None:
                return stored
        for mirror in self._mirrors:
            stored = find(mirror)
            if stored is not None and not self.is_ours(stored.project):
                return stored
        return None

    def _signed(
        self, sources: Sequence[Source], begin: str, end: str
    ) -> list[Iterator[tuple[str, str, str]]]:
        """Return the names of the first sources, each with the slug of its index."""
        return [
            _signed(source.names(begin, end), slug)
            for source, slug in zip(sources, self._slugs, strict=False)
        ]

    def _once_each(self, streams: Sequence[Iterator[Entry]]) -> Iterator[Entry]:
        """Merge what all sources yield, sorted; each name comes from its owner alone."""
        count, by_name = len(self._hosted), itemgetter(1)
        others = merge(*streams[count:], key=by_name)
        # They may be all names of an upstream, and are in nobody's way where there is no other.
        withheld = self.withheld() if streams[count:] else set()
        foreign = self._without_ours(others, withheld)
        # Of the same names the first stream's comes first.
        return _once(merge(*self._own_streams(streams[:count]), foreign, key=by_name))

    def _own_streams(self, streams: Sequence[Iterator[Entry]]) -> Iterator[Iterator[Entry]]:
        """Yield what our own sources yield, without what those before them keep to themselves."""
        withheld: frozenset[str] = frozenset()
        for source, stream in zip(self._hosted, streams, strict=True):
            yield _without(stream, withheld)
            if source is not self._hosted[-1]:
                withheld |= source.withheld()

    def _without_ours(self, entries: Iterator[Entry], withheld: set[str]) -> Iterator[Entry]:
        is_reserved = self._reservations()
        for entry in entries:
            if entry[1] not in withheld and not is_reserved(entry[1]):
                yield entry


def _holds(source: Source, normalized_name: str) -> bool:
    """Tell whether a source has, had or claims a name, as far as this transaction sees it."""
    held = read_once(("holds", source, normalized_name), lambda: source.holds({normalized_name}))
    return normalized_name in held


def _without(entries: Iterator[Entry], withheld: frozenset[str]) -> Iterator[Entry]:
    return (entry for entry in entries if entry[1] not in withheld) if withheld else entries


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    last = None
    for entry in entries:
        if entry[1] != last:
            last = entry[1]
            yield entry


def _signed(names: Iterator[tuple[str, str]], slug: str) -> Iterator[tuple[str, str, str]]:
    for name, normalized in names:
        yield name, normalized, slug
