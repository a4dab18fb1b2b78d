"""What mirrors took from their upstreams, day by day."""

from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
from app.extensions import db
from app.mirror.models import MirrorDay

_COLUMNS = ("pages", "files", "bytes", "failures")


def tally(index_id: int, **counts: int) -> None:
    """Add to the counts of today: `pages`, `files`, `bytes`, `failures`."""
    values = dict.fromkeys(_COLUMNS, 0) | counts
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(MirrorDay)
    added = {name: getattr(MirrorDay, name) + insert.excluded[name] for name in _COLUMNS}
    upsert = insert.on_conflict_do_update(index_elements=["index_id", "day"], set_=added)
    db.session.execute(upsert, {"index_id": index_id, "day": clock.today(), **values})
