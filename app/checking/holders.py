"""Who stands on a blob, for those who must know what is lost with it."""

from sqlalchemy import or_, select

from app.extensions import db
from app.indexes.models import Index
from app.mirror.models import MirroredFile
from app.pages.models import Image
from app.projects.models import File

_MOST = 3


def describe_holders(sha256: str) -> str:
    """Return a clause that names the files whose bytes, or metadata, a blob is."""
    holders = _list_holders(sha256)
    if not holders:
        return "nothing here needs them"
    more = " and others" if len(holders) > _MOST else ""
    return f"needed by {', '.join(holders[:_MOST])}{more}"


def _list_holders(sha256: str) -> list[str]:
    found = []
    for kind in (File, MirroredFile):
        wanted = (
            select(Index.slug, kind.filename)
            .join(Index, Index.id == kind.index_id)
            .where(or_(kind.sha256 == sha256, kind.metadata_sha256 == sha256))
            .order_by(Index.slug, kind.filename)
            .limit(_MOST + 1)
        )
        found += [f"{slug}/{filename}" for slug, filename in db.session.execute(wanted)]
    images = select(Image.name).where(Image.sha256 == sha256)
    return found + [f"the picture {name}" for name in db.session.scalars(images)]
