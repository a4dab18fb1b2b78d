"""Keeping the documents current: by the numbers of changes, and what takes no number.

The counter is read first. Whoever took a number has committed before anybody could read
a higher one, so all changes up to it are there to be seen.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app.core import clock
from app.core.database import end_reading
from app.extensions import db
from app.indexes.models import Index
from app.indexes.services import last_serial
from app.mongo import kinds, rows
from app.mongo.connection import database, told_plainly
from app.mongo.copying import Tally, refresh
from app.mongo.exceptions import NotMigrated
from app.mongo.marks import FOLLOWED, get_followed, note
from app.mongo.migrating import copy_kind
from app.mongo.sweeping import sweep_index, sweep_kind
from app.mongo.writing import drop, put, read_digests
from app.projects.models import Project
from app.stats.models import ProjectDay

_AT_ONCE = 500
# Descriptions that are looked for again at a time.
_WAITING = 200


def catch_up(tally: Tally) -> None:
    """Follow all changes that took a number.

    Raises `NotMigrated` when there is nothing to go on from: no mark, or one of another
    database, which was ahead of this one.
    """
    followed, newest = get_followed(), last_serial()
    end_reading()
    if followed > newest:
        raise NotMigrated
    if followed == newest:
        return
    follow_indexes(tally)
    for serial, ids in _list_changed(followed, newest):
        refresh(ids, tally)
        note(FOLLOWED, serial=serial)


def follow_rest(tally: Tally) -> None:
    """Follow what takes no number: people, downloads, and descriptions made into HTML."""
    follow_indexes(tally)
    for kind in (kinds.CLAIMS, kinds.ACCOUNTS, kinds.LICENSES, kinds.LANGUAGES):
        copy_kind(kind, tally)
    sweep_kind(kinds.CLAIMS, tally)
    _follow_downloads(tally)
    _follow_descriptions(tally)


@told_plainly()
def follow_indexes(tally: Tally) -> None:
    """Follow what indexes are; one that was removed, or begun anew, takes its projects along."""
    store = database().indexes
    before = {each["_id"]: each.get("created_at") for each in store.find({})}
    documents = [document for page in kinds.INDEXES.pages() for document in page]
    after = {each["_id"]: each["created_at"] for each in documents}
    for slug in before.keys() - after.keys():
        sweep_index(slug, tally)
        tally.removed += drop(store, [slug])
    for slug in before.keys() & after.keys():
        if before[slug] != after[slug]:
            sweep_index(slug, tally)
            _refresh_index(slug, tally)
    tally.written += put(store, documents, read_digests(store, {}))


def _refresh_index(slug: str, tally: Tally) -> None:
    wanted = select(Project.id).join(Index, Index.id == Project.index_id).where(Index.slug == slug)
    ids = [row["id"] for row in rows.read(wanted.order_by(Project.id))]
    end_reading()
    for begin in range(0, len(ids), _AT_ONCE):
        refresh(ids[begin : begin + _AT_ONCE], tally)


def _list_changed(followed: int, newest: int) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield some changed projects at a time, with the number up to which they are all."""
    while followed < newest:
        wanted = (
            select(Project.id, Project.last_serial)
            .where(Project.last_serial > followed)
            .order_by(Project.last_serial)
            .limit(_AT_ONCE)
        )
        found = rows.read(wanted)
        end_reading()
        followed = found[-1]["last_serial"] if len(found) == _AT_ONCE else newest
        yield followed, [row["id"] for row in found]


@told_plainly()
def _follow_downloads(tally: Tally) -> None:
    """Copy the days and months that may still grow, and forget the days that became months."""
    stores, day = database(), clock.today() - timedelta(days=1)
    month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    for kind, condition in (
        (kinds.DAYS, kinds.DAYS.place[2] >= day),
        (kinds.MONTHS, kinds.MONTHS.place[2] >= month),
    ):
        store = stores[kind.entry._get_collection_name()]
        for documents in kind.pages(condition):
            known = read_digests(store, {"_id": {"$in": [each["_id"] for each in documents]}})
            tally.written += put(store, documents, known)
    oldest = db.session.connection().scalar(select(func.min(ProjectDay.day)))
    end_reading()
    if oldest is not None:
        passed = stores.download_days.delete_many({"day": {"$lt": oldest.isoformat()}})
        tally.removed += passed.deleted_count


@told_plainly()
def _follow_descriptions(tally: Tally) -> None:
    """Look again at releases whose descriptions were not HTML yet: that takes no number."""
    wanted = {"index": 1, "normalized_name": 1}
    waiting = database().releases.find({"is_waiting": True}, wanted)
    names: dict[str, set[str]] = {}
    for found in waiting.limit(_WAITING):
        names.setdefault(found["index"], set()).add(found["normalized_name"])
    for slug, some in names.items():
        ids = list(rows.map_places(slug, some).values())
        end_reading()
        refresh(ids, tally)
