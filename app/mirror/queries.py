"""Reading what was copied from upstreams."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select

from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import MIRROR
from app.mirror.models import MirroredFile, MirroredProject, MirroredStray
from app.stats.keepers import Held


def find_copy(index_id: int, address: str, filename: str) -> MirroredFile | None:
    """Return the row of a file that is here, or was, as it is now; or None."""
    key = (index_id, address, filename)
    return db.session.get(MirroredFile, key, populate_existing=True)


def list_strays(index_id: int, filename: str) -> list[str]:
    """Return the names of the projects that have a file whose name is not like theirs."""
    wanted = select(MirroredStray.normalized_name).where(
        MirroredStray.index_id == index_id, MirroredStray.filename == filename
    )
    return list(db.session.scalars(wanted))


def list_own_metadata(index_id: int, normalized_name: str) -> dict[tuple[str, str], str]:
    """Return the digests of the core metadata that are here, by address and name of the file."""
    wanted = select(
        MirroredFile.address, MirroredFile.filename, MirroredFile.metadata_sha256
    ).where(
        MirroredFile.index_id == index_id,
        MirroredFile.normalized_name == normalized_name,
        MirroredFile.metadata_sha256.is_not(None),
    )
    return {
        (address, name): sha256 for address, name, sha256 in db.session.execute(wanted) if sha256
    }


def list_referred(digests: Collection[str]) -> set[str]:
    """Return those of some blobs that a mirrored file or its metadata stands on."""
    files = select(MirroredFile.sha256).where(MirroredFile.sha256.in_(digests))
    metadata = select(MirroredFile.metadata_sha256).where(MirroredFile.metadata_sha256.in_(digests))
    return set(db.session.scalars(files.union(metadata)))


def list_held(addresses: Collection[str]) -> list[Held]:
    """Return the files of some addresses that are here, or were, for counting their downloads."""
    wanted = (
        select(
            Index.slug.label("index_slug"),
            MirroredFile.address,
            MirroredFile.filename,
            MirroredFile.normalized_name.label("project"),
            MirroredFile.version,
            MirroredFile.size,
        )
        .join(Index, Index.id == MirroredFile.index_id)
        # Named, because the key of the table begins with them.
        .where(Index.kind == "mirror", MirroredFile.address.in_(addresses))
    )
    return [Held(**row) for row in db.session.execute(wanted).mappings()]


def list_addresses(
    slug: str, normalized_name: str, *, filename: str | None = None
) -> list[tuple[str, str]]:
    """Return address and name of the files of a project that are here, or of one name."""
    wanted = (
        select(MirroredFile.address, MirroredFile.filename)
        .join(Index, Index.id == MirroredFile.index_id)
        .where(Index.slug == slug, MirroredFile.normalized_name == normalized_name)
    )
    if filename is not None:
        wanted = wanted.where(MirroredFile.filename == filename)
    return [(address, name) for address, name in db.session.execute(wanted)]


def list_copies(normalized_name: str) -> list[tuple[str, str]]:
    """Return address and name of the files of a project that any mirror has here."""
    # Mirrors are named, because the index on the names of projects begins with them.
    mirrors = select(Index.id).where(Index.kind == MIRROR)
    wanted = select(MirroredFile.address, MirroredFile.filename).where(
        MirroredFile.index_id.in_(mirrors), MirroredFile.normalized_name == normalized_name
    )
    return [(address, name) for address, name in db.session.execute(wanted)]


def count_bytes() -> int:
    """Return how many bytes of mirrored files are here."""
    wanted = select(func.sum(MirroredFile.size)).where(MirroredFile.sha256.is_not(None))
    # PostgreSQL sums big integers to a decimal.
    return int(db.session.scalar(wanted) or 0)


def list_evictable(before: datetime, limit: int, **which: Any) -> list[RowMapping]:
    """Return the files that may make room, those that were used longest ago first.

    Of all mirrors or of one by its `index_id`, of all projects or of one by its
    `normalized_name`.
    """
    wanted = (
        select(
            MirroredFile.index_id,
            MirroredFile.address,
            MirroredFile.filename,
            MirroredFile.normalized_name,
            MirroredFile.sha256,
            MirroredFile.size,
            MirroredFile.used_at,
            Index.slug,
        )
        .join(Index, Index.id == MirroredFile.index_id)
        .where(*_evictable(before, which))
        .order_by(MirroredFile.used_at, MirroredFile.address)
        .limit(limit)
    )
    return list(db.session.execute(wanted).mappings())


def count_evictable(before: datetime, **which: Any) -> tuple[int, int]:
    """Return how many files `list_evictable` has, and how many bytes."""
    counts = select(func.count(), func.sum(MirroredFile.size))
    files, size = db.session.execute(counts.where(*_evictable(before, which))).one()
    return files, int(size or 0)


def _evictable(before: datetime, which: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [
        MirroredFile.sha256.is_not(None),
        MirroredFile.is_pinned.is_(False),
        MirroredFile.used_at < before,
        *(getattr(MirroredFile, column) == value for column, value in which.items()),
    ]


def list_copied(index_id: int, names: Collection[str]) -> set[str]:
    """Return those of some normalised names of which a mirror has a copy."""
    wanted = select(MirroredProject.normalized_name).where(
        MirroredProject.index_id == index_id,
        MirroredProject.normalized_name.in_(names),
        MirroredProject.body_sha256.is_not(None),
    )
    return set(db.session.scalars(wanted)) if names else set()
