"""Which index has a file that the caller may read.

A file has one address for all indexes. `main` is asked first, because most files
are found there, and of the others only what they have besides.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.core.exceptions import Forbidden, Unauthenticated
from app.indexes.auth import admit, reader
from app.indexes.models import Index
from app.indexes.permissions import demand_read, may_read
from app.indexes.queries import MAIN, MIRROR, get_index, list_indexes, list_paths, reserved_matcher
from app.projects.exceptions import FileNotFound
from app.simple.auth import note_pass
from app.sources.base import METADATA, find_stored
from app.sources.chain import Chain
from app.sources.filenames import list_project_names
from app.sources.page import RemoteFile, StoredFile
from app.sources.registry import own_source, source_for


@dataclass(frozen=True)
class Found:
    """A file, the index whose readers may have it, and the source that it comes from."""

    slug: str
    source: Chain
    file: StoredFile | RemoteFile


class _Search:
    """The search for one file; who was refused is told so when nobody else has it."""

    def __init__(self, address: str, filename: str) -> None:
        self.address = address
        self.filename = filename
        self.refusals: list[tuple[Index, Unauthenticated | Forbidden]] = []
        # Indexes that do not have it, whatever their bases have.
        self._without: set[int] = set()
        # What an index refuses, its bases do not give behind its back.
        self._silenced: set[int] = set()

    def look(self, index: Index) -> Found | None:
        """Look into an index with its bases."""
        source = source_for(index)
        try:
            file = self._find_in(index, source)
        except (Unauthenticated, Forbidden) as refusal:
            self.refusals.append((index, refusal))
            return None
        if file is None:
            # Of what an upstream has, others may show more than this one.
            self._without |= {end.id for end in _ends(index) if end.kind != MIRROR}
            return None
        return Found(index.slug, source, file)

    def may_be_in(self, index: Index) -> bool:
        """Tell whether an index or one of its bases has the file itself."""
        if index.id in self._silenced:
            return False
        return any(end.id not in self._without and self._has(end) for end in _ends(index))

    def _find_in(self, index: Index, source: Chain) -> StoredFile | RemoteFile | None:
        try:
            file = find_stored(source, self.address, self.filename)
        except Forbidden:
            self._silenced |= {end.id for end in _ends(index)}
            # Who may not read the index is not even told that the file is here. Not by
            # `admit`: a guarded index may have the file, and nobody else may keep that one.
            demand_read(reader(index), index)
            raise
        if file is not None:
            admit(index, file.project)
            note_pass(index)
        return file

    def _has(self, index: Index) -> bool:
        source = own_source(index)
        try:
            if source is not None and find_stored(source, self.address, self.filename) is not None:
                return True
        except Forbidden:
            return True
        self._without.add(index.id)
        return False


def find_open(address: str, filename: str) -> Found:
    """Return a file from the first index that has it and that the caller may read.

    Who may read none that has it is told so: "not found" is only for what is
    nowhere, because then installers go and look for the name elsewhere. What is
    nowhere here may be in a project that upstreams were not asked for yet.
    """
    search = _Search(address, filename)
    found = search.look(get_index())
    if found is not None:
        return found
    others = [index for index in list_indexes() if index.slug != MAIN]
    tried = (search.look(index) for index in others if search.may_be_in(index))
    found = next((one for one in tried if one is not None), None)
    if found is None and not search.refusals:
        found = _find_upstream(search)
    if found is not None:
        return found
    if search.refusals:
        index, refusal = search.refusals[0]
        # Everyone may keep what everyone is told.
        admit(index)
        raise refusal
    _demand_a_reader()
    raise FileNotFound


def _ends(index: Index) -> list[Index]:
    """Return an index and all its bases."""
    return [path[-1] for path in list_paths(index)]


def _find_upstream(search: _Search) -> Found | None:
    """Ask upstreams, once, for the project that a file belongs to by its name."""
    names = list_project_names(search.filename.removesuffix(METADATA))
    if not names or _is_any_ours(names):
        return None
    for index in _list_asking(names[0]):
        if source_for(index).freshen(names[0]):
            found = search.look(index)
            if found is not None:
                return found
    return None


def _is_any_ours(names: Collection[str]) -> bool:
    """Tell whether any index has one of some names, or keeps it from upstreams.

    Then nobody outside is told another one, which may be the beginning of it.
    """
    sources = (own_source(index) for index in list_indexes() if index.kind != MIRROR)
    if any(source is not None and source.holds(names) for source in sources):
        return True
    return any(map(reserved_matcher(), names))


def _list_asking(name: str) -> Iterator[Index]:
    """Yield indexes that the caller may read and that ask upstreams, each upstream once."""
    asked: set[int] = set()
    for index in sorted(list_indexes(), key=lambda index: index.slug != MAIN):
        mirrors = {end.id for end in _ends(index) if end.kind == MIRROR}
        is_new = source_for(index).has_upstreams and not mirrors <= asked
        if is_new and may_read(reader(index), index, name):
            asked |= mirrors
            yield index


def _demand_a_reader() -> None:
    """Raise unless the caller may read any index that serves something."""
    indexes = list_indexes()
    serving = [index for index in indexes if own_source(index) is not None]
    readable = [index for index in serving if may_read(reader(index), index)]
    admit((readable or serving or indexes)[0])
