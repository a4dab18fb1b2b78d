"""Writing downloads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.stats.counter import Download
from app.stats.keepers import Held, find_held, note_use
from app.stats.models import DownloadDay

Item = TypeVar("Item")

_BATCH = 500


def add_downloads(counts: Mapping[Download, int]) -> None:
    """Add counts to those of their days; files that nobody ever had are dropped.

    Whoever counted may not know in which index a file is: then it is one that has it.
    """
    found: Counter[tuple[date, Held]] = Counter()
    for downloads in _batches(list(counts)):
        for download, held in _find(downloads):
            found[download.day, held] += counts[download]
    # In one order everywhere, so that two writers never wait for each other in a circle.
    rows = sorted((_make_row(*key, count) for key, count in found.items()), key=_key)
    for batch in _batches(rows):
        _add(batch)
    if found:
        note_use({held for _day, held in found})


def _find(batch: Sequence[Download]) -> Iterator[tuple[Download, Held]]:
    # Only digests are asked for: a name out of a log may be one that no database takes.
    files = find_held({download.sha256 for download in batch})
    for download in batch:
        by_index = files.get((download.sha256, download.filename))
        if by_index is not None:
            yield download, by_index.get(download.index_slug) or next(iter(by_index.values()))


def _make_row(day: date, held: Held, count: int) -> dict[str, Any]:
    return {
        "day": day,
        "index_slug": held.index_slug,
        "filename": held.filename,
        "project": held.project,
        "version": held.version,
        "count": count,
    }


def _key(row: Mapping[str, Any]) -> tuple[date, str, str]:
    return row["day"], row["index_slug"], row["filename"]


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _add(rows: Sequence[dict[str, Any]]) -> None:
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(DownloadDay)
    upsert = insert.on_conflict_do_update(
        index_elements=["day", "index_slug", "filename"],
        set_={"count": DownloadDay.count + insert.excluded.count},
    )
    db.session.execute(upsert, list(rows))
