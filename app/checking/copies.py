"""Looking whether what was copied from upstreams, and the pictures of pages, are in the store."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from app.checking.contents import DIGITS, bring_back, find_spare
from app.checking.findings import Check, Finding, Wanted
from app.core.database import transaction
from app.core.storage import blobs
from app.extensions import db
from app.indexes.models import Index
from app.mirror.keeping import forget_bytes, forget_metadata
from app.mirror.models import MirroredFile
from app.pages.images import address_of
from app.pages.models import Image

Step = tuple[int, str]

# Addresses are digests, so a step is all of a mirror's that begin alike.


def copies(_wanted: Wanted) -> Check:
    """Look for the bytes of the files of upstreams that should be here."""
    return Check("Files of upstreams", _judge_copies, _steps)


def pictures(wanted: Wanted) -> Check:
    """Look for the bytes of the pictures of pages."""
    return Check("Pictures", lambda _step: _judge_pictures(wanted))


def _steps() -> Sequence[Step]:
    mirrors = db.session.scalars(select(Index.id).where(Index.kind == "mirror"))
    return [(number, digit) for number in mirrors for digit in DIGITS]


def _judge_copies(step: Step) -> Iterable[Finding]:
    for row in _list_copies(*step):
        if row.sha256 is not None:
            yield from _judge_bytes(row)
        if row.metadata_sha256 and blobs().find_size(row.metadata_sha256) is None:
            yield _copy_finding(
                row, "copy-metadata-without-blob", "its core metadata are", forget_metadata
            )


def _judge_bytes(row: Any) -> Iterable[Finding]:
    size = blobs().find_size(row.sha256)
    if size is None:
        yield _copy_finding(row, "copy-without-blob", "its bytes are", forget_bytes)
    elif size != row.size:
        yield _copy_finding(row, "copy-wrong-size", "bytes of its size are", forget_bytes)


def _list_copies(index_id: int, beginning: str) -> Sequence[Any]:
    wanted = (
        select(
            MirroredFile.index_id,
            MirroredFile.address,
            MirroredFile.filename,
            MirroredFile.sha256,
            MirroredFile.metadata_sha256,
            MirroredFile.size,
            Index.slug,
        )
        .join(Index, Index.id == MirroredFile.index_id)
        .where(
            MirroredFile.index_id == index_id,
            MirroredFile.address >= beginning,
            MirroredFile.address < f"{beginning}g",
        )
    )
    return db.session.execute(wanted).all()


def _copy_finding(row: Any, kind: str, what: str, forget: Any) -> Finding:
    def mend() -> None:
        with transaction():
            forget(row.index_id, row.address, row.filename)

    return Finding(
        kind=kind,
        subject=f"{row.slug}/{row.filename}",
        detail=f"{what} not in the store",
        cure="it is noted that they are not here; the upstream is asked when somebody wants them",
        mend=mend,
    )


def _judge_pictures(wanted: Wanted) -> Iterable[Finding]:
    for image in db.session.scalars(select(Image).order_by(Image.id)):
        if blobs().find_size(image.sha256) is None:
            spare = find_spare(wanted.source, image.sha256)
            yield Finding(
                kind="picture-without-blob",
                subject=address_of(image),
                detail="its bytes are not in the store",
                cure=(
                    f"they are brought back from {spare}"
                    if spare is not None
                    else "upload the picture again, or give a folder that has it with --from"
                ),
                mend=None if spare is None else partial(bring_back, spare),
            )
