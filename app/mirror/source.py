"""An upstream index as a source."""

from collections.abc import Collection, Iterator

from typing_extensions import override

from app.core.runtime import setting
from app.indexes.models import Index
from app.mirror import files, renewal
from app.mirror.changes import Copy
from app.mirror.details import find_facts, freshen_detail
from app.mirror.documents import Document, Entry
from app.mirror.queries import list_own_metadata
from app.mirror.releases import detail_of, pick_release
from app.mirror.stock import State, find_document, find_state, iterate_names, list_held
from app.mirror.upstream import Upstream, upstream_for
from app.projects.names import is_valid, normalise
from app.search.queries import list_known
from app.sources.base import LAST, Arrival, Source
from app.sources.page import FileLink, IndexPage, Origin, ReleaseDetail, RemoteFile, StoredFile

QUARANTINED = "quarantined"


class MirrorSource(Source):
    """The projects of an upstream: what was copied of them, and what comes when it is asked for."""

    def __init__(self, index: Index, upstream: Upstream) -> None:
        self.index = index
        self.upstream = upstream

    @override
    def find_page(self, name: str) -> IndexPage | None:
        normalized = normalise(name)
        state = find_state(self.index.id, normalized)
        document = find_document(self.index.id, normalized, state) if state else None
        if state is None or document is None:
            return None
        # PEP 792: a project in quarantine offers no files.
        is_open = document.status != QUARANTINED
        return IndexPage(
            index_slug=self.index.slug,
            name=document.name,
            normalized_name=normalized,
            versions=document.versions if is_open else (),
            files=self._links(document) if is_open else (),
            status=document.status,
            status_reason=document.status_reason,
            serial=state.serial,
            origin=self.origin(normalized, state),
            fresh_until=state.fetched_at + setting("MIRROR_TTL"),
        )

    @override
    def find_serial(self, name: str) -> int | None:
        state = find_state(self.index.id, normalise(name))
        return state.serial if state is not None and state.is_present else None

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        normalized = normalise(name)
        state = find_state(self.index.id, normalized)
        document = find_document(self.index.id, normalized, state) if state else None
        if state is None or document is None:
            return None
        line = pick_release(document, version)
        if line is None:
            return None
        return detail_of(
            document,
            line,
            find_facts(self.index.id, normalized, line.version),
            files=self._links(document, line.version),
            origin=self.origin(normalized, state),
            serial=state.serial,
        )

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        return iterate_names(self.index.id, begin, end)

    @override
    def listed(self, names: Collection[str]) -> set[str]:
        return list_known(self.index.id, names)

    @override
    def holds(self, names: Collection[str]) -> set[str]:
        return list_held(self.index.id, names)

    @override
    def withheld(self) -> set[str]:
        return set()

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return files.find_file(self.index, address, filename)

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return files.find_metadata(self.index, address, filename)

    @override
    def freshen(self, name: str) -> bool:
        # What cannot be the name of a project is nobody's, and no part of a URL.
        return is_valid(name) and renewal.freshen(self._copy(name), self.upstream)

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        freshen_detail(self.index.id, self.upstream, normalise(name), version)

    @override
    def refresh(self, name: str) -> bool:
        return is_valid(name) and renewal.refresh(self._copy(name), self.upstream)

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        return files.fetch(self.index, address, filename)

    def origin(self, normalized_name: str, state: State) -> Origin:
        """Return where the copy of a project came from, and whether it is in doubt."""
        return Origin(
            index_slug=self.index.slug,
            title=self.upstream.title,
            fetched_at=state.fetched_at,
            is_stale=renewal.is_in_doubt(self._copy(normalized_name), state),
        )

    def _copy(self, name: str) -> Copy:
        return Copy(self.index.id, self.index.slug, normalise(name))

    def _links(self, document: Document, version: str | None = None) -> tuple[FileLink, ...]:
        """Return the files of a project, or of one of its releases."""
        entries = document.entries if version is None else document.of_version(version)
        # Of what the upstream tells all, nobody asks what is known since the wheels are here.
        is_all_told = all(
            each.metadata_sha256 or not each.filename.lower().endswith(".whl") for each in entries
        )
        name = document.normalized_name
        own = {} if is_all_told else list_own_metadata(self.index.id, name)
        return tuple(
            link_to(entry, own.get((entry.address, entry.filename)) if own else None)
            for entry in entries
        )


def mirror_source(index: Index) -> MirrorSource | None:
    """Return the source of a mirror, or None when it is off."""
    upstream = upstream_for(index)
    return None if upstream is None else MirrorSource(index, upstream)


def link_to(entry: Entry, own_metadata: str | None = None) -> FileLink:
    """Return a file as pages show it; its core metadata may be known only since it is here."""
    return FileLink(
        filename=entry.filename,
        version=entry.version,
        sha256=entry.sha256,
        size=entry.size,
        uploaded_at=entry.uploaded_at,
        place=entry.url,
        filetype=entry.filetype,
        python_tag=entry.python_tag,
        md5=entry.md5,
        blake2_256=entry.blake2_256,
        requires_python=entry.requires_python,
        metadata_sha256=entry.metadata_sha256 or own_metadata,
        has_metadata=entry.core_metadata or own_metadata is not None,
        is_yanked=entry.is_yanked,
        yanked_reason=entry.yanked_reason,
        was=entry.was,
    )
