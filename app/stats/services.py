"""Writing downloads."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.stats.counter import Download
from app.stats.models import DownloadDay


def add_downloads(counts: Mapping[Download, int]) -> None:
    """Add counts to those of their days."""
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(DownloadDay)
    upsert = insert.on_conflict_do_update(
        index_elements=["day", "index_slug", "filename"],
        set_={"count": DownloadDay.count + insert.excluded.count},
    )
    # In one order everywhere, so that two writers never wait for each other in a circle.
    rows = [asdict(download) | {"count": counts[download]} for download in sorted(counts)]
    db.session.execute(upsert, rows)
