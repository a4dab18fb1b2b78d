"""Which files of upstreams are here: their bytes, not only what is told of them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.extensions import db
from app.mirror.models import MirroredFile


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The blobs that stand for a file here; None for what would have to be fetched."""

    sha256: str | None
    metadata_sha256: str | None


def list_held_names(index_ids: Collection[int]) -> list[str]:
    """Return the normalised names of the projects of mirrors of which a file is here, sorted."""
    wanted = (
        select(MirroredFile.normalized_name)
        .where(MirroredFile.index_id.in_(index_ids), MirroredFile.sha256.is_not(None))
        .distinct()
    )
    return sorted(db.session.scalars(wanted))


def find_holdings(index_id: int, normalized_name: str) -> dict[tuple[str, str], Holding]:
    """Return what is here of a mirror's project, by address and name of the files."""
    wanted = select(
        MirroredFile.address,
        MirroredFile.filename,
        MirroredFile.sha256,
        MirroredFile.metadata_sha256,
    ).where(
        MirroredFile.index_id == index_id,
        MirroredFile.normalized_name == normalized_name,
        or_(MirroredFile.sha256.is_not(None), MirroredFile.metadata_sha256.is_not(None)),
    )
    return {
        (address, filename): Holding(sha256=sha256, metadata_sha256=metadata)
        for address, filename, sha256, metadata in db.session.execute(wanted)
    }
