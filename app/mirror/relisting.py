"""Listing anew the projects of upstreams of which somebody has read the details."""

from sqlalchemy import func, select

from app.extensions import db
from app.mirror.details import list_detail
from app.mirror.models import MirroredDetail
from app.search.listers import Lister
from app.search.models import Listing


def _last() -> int:
    return db.session.scalar(select(func.max(Listing.id))) or 0


def _relist(begin: int, end: int) -> None:
    wanted = (
        select(Listing.index_id, Listing.normalized_name)
        .where(Listing.id >= begin, Listing.id < end)
        .where(
            select(MirroredDetail.version)
            .where(
                MirroredDetail.index_id == Listing.index_id,
                MirroredDetail.normalized_name == Listing.normalized_name,
            )
            .exists()
        )
    )
    for index_id, name in db.session.execute(wanted).all():
        list_detail(index_id, name)


RELISTING = Lister("Copies of upstreams", _last, _relist)
