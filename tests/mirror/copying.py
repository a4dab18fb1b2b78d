"""What an upstream tells, put into the database as if its page had been read."""

import hashlib
from typing import Any

from app.core import clock
from app.extensions import db
from app.indexes.models import Index
from app.mirror import files
from app.mirror.documents import Document, Entry, pack
from app.mirror.models import MirroredFile, MirroredProject
from app.projects.names import normalise
from app.sources.page import StoredFile
from tests.upstreams import HeldFile, UpstreamServer


def entry_of(upstream: UpstreamServer, held: HeldFile, **facts: Any) -> Entry:
    """Return what an honest page tells of a file."""
    told: dict[str, Any] = {
        "filename": held.filename,
        "url": upstream.origin + held.path,
        "version": held.version,
        "sha256": held.sha256,
        "size": len(held.content),
    }
    return Entry(**told | facts)


def announced(held: HeldFile) -> dict[str, Any]:
    """Return what an honest page tells of the core metadata of a wheel."""
    digest = hashlib.sha256(held.metadata or b"").hexdigest()
    return {"core_metadata": True, "metadata_sha256": digest}


def keep_page(index: Index, name: str, *entries: Entry, **facts: Any) -> None:
    """Keep a project's document with some files."""
    versions = tuple(dict.fromkeys(entry.version for entry in entries))
    document = Document(
        name=name, normalized_name=normalise(name), versions=versions, entries=entries, **facts
    )
    packed = pack(document)
    row = MirroredProject(
        index_id=index.id,
        normalized_name=normalise(name),
        fetched_at=clock.now(),
        changed_at=clock.now(),
        body_sha256=hashlib.sha256(packed).hexdigest(),
        document=packed,
    )
    db.session.merge(row)
    db.session.commit()


def copy_of(index: Index, entry: Entry) -> MirroredFile | None:
    """Return the row of a file."""
    db.session.rollback()
    key = (index.id, entry.address, entry.filename)
    return db.session.get(MirroredFile, key, populate_existing=True)


def bring(index: Index, entry: Entry, ending: str = "") -> StoredFile:
    """Fetch a file and wait until it is here."""
    stored = files.fetch(index, entry.address, entry.filename + ending).wait(10)
    assert stored is not None
    return stored
