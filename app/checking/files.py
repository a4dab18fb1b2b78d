"""Looking whether the bytes of published files are in the store."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from app.checking.contents import bring_back, digest_of, find_spare
from app.checking.findings import Check, Finding, Wanted
from app.core.database import transaction
from app.core.storage import blobs
from app.extensions import db
from app.indexes.models import Index
from app.mirror.wheels import find_metadata
from app.projects.models import File, Project, Release

_BATCH = 500


def files(wanted: Wanted) -> Check:
    """Look for the bytes and the metadata of all files, in the trash too, by number."""
    return Check("Files", partial(_judge, wanted), _steps)


def _steps() -> Sequence[int]:
    last = db.session.scalar(select(func.max(File.id))) or 0
    return range(1, last + 1, _BATCH)


def _judge(wanted: Wanted, begin: int) -> Iterable[Finding]:
    for row in _list_rows(begin):
        size = blobs().find_size(row.sha256)
        if size is None:
            yield _without_blob(wanted, row)
        elif size != row.size:
            yield _wrong_size(row, size)
        if row.metadata_sha256 and blobs().find_size(row.metadata_sha256) is None:
            yield _without_metadata(wanted, row)


def _list_rows(begin: int) -> Sequence[Any]:
    columns = (File.id, File.filename, File.sha256, File.size, File.metadata_sha256)
    wanted = (
        select(*columns, Index.slug, Project.normalized_name)
        .join(Index, Index.id == File.index_id)
        .join(Release, Release.id == File.release_id)
        .join(Project, Project.id == Release.project_id)
        .where(File.id >= begin, File.id < begin + _BATCH, File.freed_at.is_(None))
        .order_by(File.id)
    )
    return db.session.execute(wanted).all()


def _without_blob(wanted: Wanted, row: Any) -> Finding:
    spare = find_spare(wanted.source, row.sha256)
    return Finding(
        kind="file-without-blob",
        subject=f"{row.slug}/{row.filename}",
        detail=f"its bytes, {row.sha256}, are not in the store",
        cure=(
            f"they are brought back from {spare}"
            if spare is not None
            else "give a folder that has them, such as a backup, with --from"
        ),
        mend=None if spare is None else partial(bring_back, spare),
    )


def _without_metadata(wanted: Wanted, row: Any) -> Finding:
    spare = find_spare(wanted.source, row.metadata_sha256)
    return Finding(
        kind="metadata-without-blob",
        subject=f"{row.slug}/{row.filename}",
        detail=f"its core metadata, {row.metadata_sha256}, are not in the store",
        cure="they are read from the wheel again",
        mend=(
            partial(_extract_metadata, row.sha256, row.normalized_name, row.metadata_sha256)
            if spare is None
            else partial(bring_back, spare)
        ),
    )


def _extract_metadata(sha256: str, project: str, expected: str) -> None:
    with blobs().open(sha256) as wheel:
        found = find_metadata(wheel, project)
    if found is not None and blobs().save_bytes(found) != expected:
        # Nobody stands on them, so the sweep takes them.
        return


def _wrong_size(row: Any, size: int) -> Finding:
    return Finding(
        kind="wrong-size",
        subject=f"{row.slug}/{row.filename}",
        detail=f"it has {row.size:,} bytes by its row and {size:,} in the store",
        cure=(
            "if the digest is right the row is set right, else the bytes are moved to the"
            " quarantine folder beside the blobs"
        ),
        mend=partial(_settle_size, row.id, row.sha256, size),
    )


def _settle_size(file_id: int, sha256: str, size: int) -> None:
    if digest_of(sha256) != sha256:
        blobs().set_aside(sha256)
        return
    with transaction() as session:
        session.execute(update(File).where(File.id == file_id).values(size=size))
