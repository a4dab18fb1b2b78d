"""Writing downloads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from app.core.database import wait_for_turn
from app.extensions import Base, db
from app.indexes.events import IndexRemoved
from app.stats.agents import Agent
from app.stats.counter import Download
from app.stats.keepers import Held, find_held, note_use
from app.stats.models import DownloadDay, DownloadMonth, ProjectDay, ProjectMonth
from app.stats.sums import Row, sum_days, sum_months

Item = TypeVar("Item")

_BATCH = 500


def add_downloads(counts: Mapping[Download, int]) -> None:
    """Add counts to those of their days; files that nobody ever had are dropped.

    Whoever counted may not know in which index a file is: then it is one that has it.
    """
    take_turn()
    found: Counter[tuple[date, Held, Agent]] = Counter()
    for downloads in _batches(list(counts)):
        for download, held in _find(downloads):
            found[download.day, held, download.agent] += counts[download]
    facts = [_make_fact(*key, count) for key, count in found.items()]
    _add(DownloadDay, facts)
    _add(ProjectDay, sum_days(facts))
    _add(ProjectMonth, sum_months(facts))
    if found:
        note_use({held for _day, held, _agent in found})


def forget_index(event: IndexRemoved) -> None:
    """Forget what was downloaded from an index that goes.

    Another one may have its slug one day, and be open to others.
    """
    take_turn()
    for model in (DownloadDay, DownloadMonth, ProjectDay, ProjectMonth):
        db.session.execute(delete(model).where(model.index_slug == event.index_slug))


def take_turn() -> None:
    """Let nobody else write downloads until the transaction ends: all add to the same sums."""
    wait_for_turn("stats.downloads")


def _find(batch: Sequence[Download]) -> Iterator[tuple[Download, Held]]:
    # Only digests are asked for: a name out of a log may be one that no database takes.
    files = find_held({download.sha256 for download in batch})
    for download in batch:
        by_index = files.get((download.sha256, download.filename))
        if by_index is not None:
            yield download, by_index.get(download.index_slug) or next(iter(by_index.values()))


def _make_fact(day: date, held: Held, agent: Agent, count: int) -> Row:
    return {
        "day": day,
        "index_slug": held.index_slug,
        "filename": held.filename,
        "project": held.project,
        "version": held.version,
        "count": count,
        "bytes": count * held.size,
        **agent._asdict(),
    }


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _add(model: type[Base], rows: Sequence[Row]) -> None:
    upsert = add_to(model)
    for batch in _batches(rows):
        db.session.execute(upsert, list(batch))


def add_to(model: type[Base], source: Any = None) -> Any:
    """Return a statement that adds counts to the rows of a table, and makes those it lacks.

    What is added comes as parameters, or from a `source` of columns and a query.
    """
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(model)
    if source is not None:
        insert = insert.from_select(*source)
    table = model.__table__
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: table.c[name] + insert.excluded[name] for name in ("count", "bytes")},
    )
