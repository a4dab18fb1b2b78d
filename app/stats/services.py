"""Writing downloads."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.stats.counter import Download
from app.stats.models import DownloadDay
from app.stats.queries import list_files

_BATCH = 500


def add_downloads(counts: Mapping[Download, int]) -> None:
    """Add counts to those of their days; files that no index ever had are dropped."""
    # In one order everywhere, so that two writers never wait for each other in a circle.
    ordered = sorted(counts)
    for start in range(0, len(ordered), _BATCH):
        rows = _make_rows(ordered[start : start + _BATCH], counts)
        if rows:
            _add(rows)


def _make_rows(batch: Sequence[Download], counts: Mapping[Download, int]) -> list[dict[str, Any]]:
    # Only digests are asked for: a name out of a log may be one that no database takes.
    found = list_files({download.sha256 for download in batch})
    files = {(file["index_slug"], file["sha256"], file["filename"]): file for file in found}
    return [
        {
            "day": download.day,
            "index_slug": download.index_slug,
            "filename": download.filename,
            "project": file["project"],
            "version": file["version"],
            "count": counts[download],
        }
        for download in batch
        if (file := files.get((download.index_slug, download.sha256, download.filename)))
    ]


def _add(rows: list[dict[str, Any]]) -> None:
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(DownloadDay)
    upsert = insert.on_conflict_do_update(
        index_elements=["day", "index_slug", "filename"],
        set_={"count": DownloadDay.count + insert.excluded.count},
    )
    db.session.execute(upsert, rows)
