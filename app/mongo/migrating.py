"""Copying the catalogue into documents; can be killed at any moment and run again."""

from collections.abc import Collection, Iterator

from app.core.database import end_reading
from app.indexes.services import last_serial
from app.mongo import kinds, rows
from app.mongo.connection import database, told_plainly
from app.mongo.copying import Tally, refresh
from app.mongo.indexing import make_first_indexes, make_indexes
from app.mongo.kinds import PAGE, Kind
from app.mongo.marks import FOLLOWED, MIGRATING, find_mark, forget, note
from app.mongo.pacing import Follow, paced, silently
from app.mongo.sweeping import sweep_kind, sweep_projects
from app.mongo.writing import put, read_digests

PROJECTS = "projects"
# What the parts are called, in the order in which they are copied.
PARTS: dict[str, tuple[Kind, ...]] = {
    "indexes": (kinds.INDEXES, kinds.CLAIMS),
    "accounts": (kinds.ACCOUNTS,),
    "licenses": (kinds.LICENSES,),
    "languages": (kinds.LANGUAGES,),
    PROJECTS: (),
    "downloads": (kinds.DAYS, kinds.MONTHS),
}
# A release is only ever copied with its project.
ALIASES = {"releases": PROJECTS}

STEP = 500


def migrate(parts: Collection[str] = (), follow: Follow = silently) -> Tally:
    """Copy parts of the catalogue, or all of them; what is there already is compared.

    Raises `MongoUnavailable`; what was copied by then is not copied again.
    """
    wanted = {ALIASES.get(part, part) for part in parts} or PARTS.keys()
    tally = Tally()
    for part, some in PARTS.items():
        if part in wanted:
            for kind in some:
                copy_kind(kind, tally, follow)
                sweep_kind(kind, tally, follow)
            if part == PROJECTS:
                _migrate_projects(tally, follow)
    make_indexes()
    return tally


@told_plainly()
def copy_kind(kind: Kind, tally: Tally, follow: Follow = silently) -> None:
    """Bring the documents of rows in line with them."""
    store = database()[kind.entry._get_collection_name()]
    for documents in paced(kind.pages(), kind.count() // PAGE + 1, kind.label, follow):
        known = read_digests(store, {"_id": {"$in": [each["_id"] for each in documents]}})
        tally.written += put(store, documents, known)


def _migrate_projects(tally: Tally, follow: Follow) -> None:
    make_first_indexes()
    begun = find_mark(MIGRATING)
    if begun is None:
        begun = {"serial": last_serial(), "after": 0, "is_first": _is_empty()}
        end_reading()
    first, last = begun["after"] + 1, rows.last_id()
    end_reading()
    for begin, end in list_steps(begun["after"], last, follow, "Copying 500 projects"):
        # The first step after an interruption may have been done in part.
        are_new = bool(begun["is_first"]) and (begin > first or first == 1)
        if ids := rows.list_ids(begin, end):
            refresh(ids, tally, are_new=are_new)
        note(MIGRATING, **{**begun, "after": end - 1})
    if not begun["is_first"]:
        sweep_projects(tally, follow)
    # Before it counts as done: who is ended here has nothing to copy again.
    make_indexes()
    _begin_following(begun["serial"])
    forget(MIGRATING)


def _begin_following(serial: int) -> None:
    """Let what changed since a migration began be followed, though most of it was copied."""
    followed = find_mark(FOLLOWED)
    newest = last_serial()
    end_reading()
    # A higher number than there are is one of another database.
    known = followed["serial"] if followed and followed["serial"] <= newest else 0
    note(FOLLOWED, serial=max(known, serial))


def list_steps(after: int, last: int, follow: Follow, label: str) -> Iterator[tuple[int, int]]:
    """Yield where steps through the numbers of projects begin, and where the next ones do."""
    for begin in follow(range(after + 1, last + 1, STEP), label):
        yield begin, begin + STEP


@told_plainly()
def _is_empty() -> bool:
    return database().projects.find_one({}) is None and database().releases.find_one({}) is None
