"""Forgetting what a mirror knew of an upstream that it does not copy any more."""

from sqlalchemy import delete

from app.extensions import db
from app.indexes.events import UpstreamChanged
from app.indexes.queries import get_index
from app.indexes.upstreams import is_configured
from app.mirror.models import MirroredDetail, MirroredProject, MirroredStray, UpstreamState
from app.search.services import forget_all

_TOLD = (MirroredProject, MirroredDetail, MirroredStray, UpstreamState)


def forget_upstream(event: UpstreamChanged) -> None:
    """Forget what the upstream told that a mirror leaves; files that are here stay.

    Their digests say what they are, whoever gave them.
    """
    if is_configured(event.index_slug):
        # What is copied is another address than the one that changed.
        return
    index_id = get_index(event.index_slug).id
    for model in _TOLD:
        db.session.execute(delete(model).where(model.index_id == index_id))
    forget_all(index_id)
