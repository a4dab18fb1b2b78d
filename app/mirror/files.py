"""The files of a mirror: those that are here, and those that come when they are asked for."""

import logging

from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.indexes.models import Index
from app.mirror.arrivals import CopyArrival
from app.mirror.copies import Wanted
from app.mirror.documents import Document, Entry
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.fetching import bring, fits
from app.mirror.flights import the_flights
from app.mirror.models import MirroredFile
from app.mirror.queries import find_copy, list_strays
from app.mirror.stock import find_document, find_state
from app.mirror.upstream import upstream_for
from app.projects.exceptions import FileNotFound, FileWithdrawn
from app.sources.base import METADATA, Arrival
from app.sources.filenames import list_project_names
from app.sources.page import RemoteFile, StoredFile

# PEP 792: the files of a project in quarantine must not be offered.
_QUARANTINED = "quarantined"
_log = logging.getLogger(__name__)


def find_file(index: Index, address: str, filename: str) -> StoredFile | RemoteFile | None:
    """Return a file, or None; one that is here stays when its upstream does not list it any more.

    Raises `FileWithdrawn`.
    """
    copy = find_copy(index.id, address, filename)
    wanted = _find_wanted(index, address, filename, copy)
    if copy is not None and copy.sha256 is not None:
        stored = _find_stored(index, copy, wanted, filename, copy.sha256)
        if stored is None and wanted is None:
            # It should be here, so "not found" would be a lie.
            raise StorageUnavailable
        if stored is not None:
            return stored
    return None if wanted is None else _remote(wanted, wanted.entry.sha256)


def find_metadata(index: Index, address: str, filename: str) -> StoredFile | RemoteFile | None:
    """Return the core metadata of a wheel: what its upstream announces, or what was made of it.

    Raises `FileWithdrawn`.
    """
    copy = find_copy(index.id, address, filename)
    wanted = _find_wanted(index, address, filename, copy)
    announced = None if wanted is None else wanted.entry.metadata_sha256
    kept = None if copy is None else copy.metadata_sha256
    if copy is not None and kept is not None and fits(kept, announced):
        stored = _find_stored(index, copy, wanted, filename + METADATA, kept)
        if stored is not None:
            return stored
    if wanted is None or not wanted.is_wheel or not (wanted.entry.core_metadata or kept):
        return None
    return _remote(wanted.metadata(), announced or kept)


def fetch(index: Index, address: str, filename: str) -> Arrival:
    """Let a file come, or core metadata if the name ends in METADATA.

    Raises `FileNotFound`, `FileWithdrawn`, or `Unavailable` when there is nobody to ask.
    """
    whole = filename.removesuffix(METADATA)
    wanted = _find_wanted(index, address, whole, find_copy(index.id, address, whole))
    if wanted is None:
        raise FileNotFound
    upstream = upstream_for(index)
    if upstream is None:
        raise UpstreamUnavailable
    if filename != whole:
        wanted = wanted.metadata()
    flights = the_flights()
    return CopyArrival(
        wanted,
        board=lambda: flights.join(wanted, bring),
        ask_part=lambda start, stop: upstream.get_part(wanted.url, start, stop),
        storage=blobs(),
    )


def _find_wanted(
    index: Index, address: str, filename: str, copy: MirroredFile | None
) -> Wanted | None:
    """Return what the upstream tells of a file, or None; raises `FileWithdrawn`."""
    strays = list_strays(index.id, filename)
    for name in dict.fromkeys([*list_project_names(filename), *strays]):
        document = _find_document(index, name)
        if document is None:
            continue
        entry = _find_entry(document, address, filename)
        is_its = entry is not None or (copy is not None and copy.normalized_name == name)
        if is_its and document.status == _QUARANTINED:
            raise FileWithdrawn
        if entry is not None:
            return Wanted(index_id=index.id, slug=index.slug, project=name, entry=entry)
    return None


def _find_document(index: Index, name: str) -> Document | None:
    state = find_state(index.id, name)
    return None if state is None else find_document(index.id, name, state)


def _find_entry(document: Document, address: str, filename: str) -> Entry | None:
    named = (entry for entry in document.entries if entry.filename == filename)
    return next((entry for entry in named if entry.address == address), None)


def _find_stored(
    index: Index, copy: MirroredFile, wanted: Wanted | None, filename: str, sha256: str
) -> StoredFile | None:
    size = blobs().find_size(sha256)
    if size is None:
        _log.error("a blob is missing", extra={"sha256": sha256, "file": filename})
        return None
    # What the upstream told last is kept for when it tells nothing any more.
    told = copy if wanted is None else wanted.entry
    return StoredFile(
        filename=filename,
        sha256=sha256,
        size=size,
        project=copy.normalized_name,
        version=copy.version,
        index_slug=index.slug,
        uploaded_at=told.uploaded_at,
        was=told.was,
    )


def _remote(wanted: Wanted, sha256: str | None) -> RemoteFile:
    return RemoteFile(
        filename=wanted.filename,
        sha256=sha256,
        size=wanted.size,
        project=wanted.project,
        version=wanted.entry.version,
        index_slug=wanted.slug,
        uploaded_at=wanted.entry.uploaded_at,
        was=wanted.entry.was,
    )
