"""Writing down which files of upstreams are here, and who used them."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select, update

from app.core import clock
from app.core.database import add_unless_there, before_commit, wait_for_turn
from app.core.events import tell
from app.extensions import db
from app.indexes.models import Index
from app.indexes.services import take_serial
from app.mirror.copies import Landed, Wanted
from app.mirror.models import MirroredFile, MirroredProject
from app.mirror.queries import find_copy
from app.mirror.tallies import tally
from app.projects.events import CopyChanged, CopyEvicted
from app.stats.keepers import Held

# Using a file again so soon is not written down.
USE_NOTED_AFTER = timedelta(hours=1)


def keep_file(wanted: Wanted, landed: Landed, *, own_metadata: str | None) -> None:
    """Note that a file is here, and its core metadata if they were made from it."""
    now = clock.now()
    facts: dict[str, Any] = {"sha256": landed.sha256, "size": landed.size}
    facts |= {"stored_at": now, "used_at": now}
    _keep(wanted, **facts)
    tally(wanted.index_id, files=1, bytes=landed.size)
    if own_metadata is not None:
        _announce_metadata(wanted, own_metadata)


def keep_metadata(wanted: Wanted, landed: Landed) -> None:
    """Note that the core metadata of a wheel are here, as its upstream announced them."""
    _keep(wanted)
    if wanted.entry.metadata_sha256 is None:
        # The page tells their digest from now on.
        _announce_metadata(wanted, landed.sha256)
    else:
        key = (wanted.index_id, wanted.entry.address, wanted.entry.filename)
        _update(_is(*key), metadata_sha256=landed.sha256)


def pin(index_id: int, address: str, filename: str) -> bool:
    """Keep a file that is here from being removed to make room; tell whether it is here."""
    return _pin(index_id, address, filename, is_pinned=True)


def unpin(index_id: int, address: str, filename: str) -> bool:
    """Let a file be removed again when room is needed; tell whether it is here."""
    return _pin(index_id, address, filename, is_pinned=False)


def note_use(held: Collection[Held]) -> None:
    """Note that files were used just now; of those that are not mirrored nothing is noted."""
    now = clock.now()
    mirrors = select(Index.id).where(Index.kind == "mirror").scalar_subquery()
    used = MirroredFile.index_id.in_(mirrors) & MirroredFile.address.in_(
        {one.address for one in held}
    )
    # Who waits here for others waits for nothing else.
    wait_for_turn("mirror.use")
    _update(used & (MirroredFile.used_at < now - USE_NOTED_AFTER), used_at=now)


def let_go(index_id: int, address: str, filename: str, *, seen: Any) -> bool:
    """Note that a file's bytes leave, unless it was used or pinned since it was seen.

    Tells whether they do.
    """
    unused = MirroredFile.used_at == seen
    free = MirroredFile.is_pinned.is_(False) & MirroredFile.sha256.is_not(None)
    return _update(_is(index_id, address, filename) & unused & free, sha256=None)


def forget_bytes(index_id: int, address: str, filename: str) -> None:
    """Note that a file's bytes are not here, though they should be; they can be fetched again."""
    copy = find_copy(index_id, address, filename)
    if copy is not None and copy.sha256 is not None:
        copy.sha256 = None
        slug = db.session.get_one(Index, index_id).slug
        tell(CopyEvicted(index_slug=slug, project=copy.normalized_name, filename=filename))


def forget_metadata(index_id: int, address: str, filename: str) -> None:
    """Note that a file's core metadata are not here, though they should be."""
    copy = find_copy(index_id, address, filename)
    if copy is not None and copy.metadata_sha256 is not None:
        copy.metadata_sha256 = None
        _tell_changed(db.session.get_one(Index, index_id).slug, index_id, copy.normalized_name)


def _keep(wanted: Wanted, **facts: Any) -> None:
    entry, now = wanted.entry, clock.now()
    # A policy must know it when the upstream tells of the file no more.
    facts |= {"uploaded_at": entry.uploaded_at, "was": entry.was}
    # What it is before anything of it came.
    blank = {"sha256": None, "size": entry.size or 0, "stored_at": now, "used_at": now}
    added = add_unless_there(
        MirroredFile,
        index_id=wanted.index_id,
        address=entry.address,
        filename=entry.filename,
        normalized_name=wanted.project,
        version=entry.version,
        is_pinned=False,
        **blank | facts,
    )
    if not added:
        _update(_is(wanted.index_id, entry.address, entry.filename), **facts)


def _announce_metadata(wanted: Wanted, sha256: str) -> None:
    key = (wanted.index_id, wanted.entry.address, wanted.entry.filename)
    if not _update(
        _is(*key) & MirroredFile.metadata_sha256.is_distinct_from(sha256), metadata_sha256=sha256
    ):
        return
    _tell_changed(wanted.slug, wanted.index_id, wanted.project)


def _tell_changed(slug: str, index_id: int, project: str) -> None:
    tell(CopyChanged(index_slug=slug, project=project))
    number = partial(_number, index_id, project)
    before_commit(("copy", index_id, project), number, as_last=True)


def _number(index_id: int, project: str) -> None:
    """Give the page its number, as the last thing."""
    changed = update(MirroredProject).where(
        MirroredProject.index_id == index_id, MirroredProject.normalized_name == project
    )
    db.session.execute(changed.values(serial=take_serial(index_id)))


def _pin(index_id: int, address: str, filename: str, *, is_pinned: bool) -> bool:
    here = MirroredFile.sha256.is_not(None)
    return _update(_is(index_id, address, filename) & here, is_pinned=is_pinned)


def _is(index_id: int, address: str, filename: str) -> ColumnElement[bool]:
    return (
        (MirroredFile.index_id == index_id)
        & (MirroredFile.address == address)
        & (MirroredFile.filename == filename)
    )


def _update(which: ColumnElement[bool], **values: Any) -> bool:
    changed = update(MirroredFile).where(which).values(**values)
    plain = {"synchronize_session": False}
    found = db.session.scalars(
        changed.returning(MirroredFile.index_id), execution_options=plain
    ).all()
    return bool(found)
