"""Bringing the documents of projects in line with SQL, whoever else does it at the same time.

Several may copy one project at once: `migrate`, `follow`, and a page that somebody
published to. None waits for another. Who has written looks whether the project has
another number by then, and if so does it again: so whoever writes last has written
what is true. Who dies before that must be one whose work somebody will do again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from app.core.database import end_reading
from app.core.exceptions import Unavailable
from app.core.i18n import _l
from app.mongo import mapping, rows
from app.mongo.connection import database, told_plainly
from app.mongo.mapping import Facts, Refused
from app.mongo.sealing import outline, sealed_all
from app.mongo.writing import Known, drop, put, read_digests

# What is held in memory at once.
SLICE = {"files": 4_000, "letters": 8 * 2**20, "releases": 500}
_ROUNDS = 5


class StillChanging(Unavailable):
    """A project changed each time it had been copied."""

    code = "mongo-still-changing"
    message = _l("This project is being changed at the moment. Please try again.")


@dataclass
class Tally:
    """What a copying came to."""

    written: int = 0
    removed: int = 0
    refused: Refused = field(default_factory=list)


def refresh(project_ids: Collection[int], tally: Tally, *, are_new: bool = False) -> None:
    """Bring the documents of projects in line with SQL.

    `are_new` spares the question what is there: then nothing is removed. Raises
    `StillChanging`, or `MongoUnavailable`.
    """
    waiting = list(project_ids)
    for _ in range(_ROUNDS):
        seen = _copy(waiting, tally, are_new=are_new)
        serials = rows.map_serials(seen)
        end_reading()
        waiting = [number for number, serial in serials.items() if serial != seen[number]]
        if not waiting:
            return
        # Now there is something.
        are_new = False
    raise StillChanging


@told_plainly()
def _copy(ids: Collection[int], tally: Tally, *, are_new: bool) -> dict[int, int]:
    """Copy projects as they are now, and return the numbers of the changes seen."""
    # The numbers first: what is read after them is at least as new.
    projects = rows.list_projects(ids)
    documents = mapping.map_projects(projects, tally.refused)
    heads = rows.list_heads([row["id"] for row in projects if row["removed_at"] is None])
    end_reading()
    keys = [document["_id"] for document in documents.values()]
    stores = database()
    known_projects: Known = {}
    known_releases: Known = {}
    if not are_new:
        known_projects = read_digests(stores.projects, {"_id": {"$in": keys}})
        known_releases = read_digests(stores.releases, {"project": {"$in": keys}})
    parts = _copy_releases(rows.slices(heads, **SLICE), known_releases, tally)
    tally.removed += drop(stores.releases, known_releases.keys() - {each["_id"] for each in parts})
    # As the last thing: who finds the project finds its releases.
    tally.written += put(stores.projects, sealed_all(documents.values(), parts), known_projects)
    return {row["id"]: row["last_serial"] for row in projects}


def _copy_releases(slices: Iterable[list[int]], known: Known, tally: Tally) -> list[Facts]:
    """Write releases, and return the outlines of their parts."""
    outlines: list[Facts] = []
    for ids in slices:
        found = mapping.map_releases(ids, tally.refused)
        documents = [part for parts in found for part in parts]
        end_reading()
        tally.written += put(database().releases, documents, known)
        outlines += map(outline, documents)
    return outlines
