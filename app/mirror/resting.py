"""A mirror without an upstream, as after a setting was lost: its names stay its own."""

from collections.abc import Collection, Iterator

from typing_extensions import override

from app.indexes.models import Index
from app.indexes.queries import reserved_matcher, shows_known_names
from app.mirror.stock import iterate_names, list_held
from app.projects.exceptions import FileNotFound
from app.projects.names import normalise
from app.sources.base import LAST, Arrival, Source
from app.sources.page import IndexPage, ReleaseDetail, StoredFile


class RestingMirror(Source):
    """What is known to be a mirror's, of which nothing is served while it is off.

    Its names are listed where people look for projects, if the index says so.
    """

    def __init__(self, index: Index) -> None:
        self._index_id = index.id
        self._is_listed = shows_known_names(index)

    @override
    def find_page(self, name: str) -> IndexPage | None:
        return None

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        return None

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        return iter(())

    @override
    def listed(self, names: Collection[str]) -> set[str]:
        if not self._is_listed or not names:
            return set()
        is_reserved = reserved_matcher()
        return {name for name in list_held(self._index_id, names) if not is_reserved(name)}

    @override
    def holds(self, names: Collection[str]) -> set[str]:
        return list_held(self._index_id, names)

    @override
    def withheld(self) -> set[str]:
        return {normalized for _name, normalized in iterate_names(self._index_id, "", LAST)}

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | None:
        return None

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | None:
        return None

    @override
    def freshen(self, name: str) -> bool:
        return bool(self.holds({normalise(name)}))

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        return

    @override
    def refresh(self, name: str) -> bool:
        return self.freshen(name)

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        raise FileNotFound
