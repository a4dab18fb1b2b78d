"""Finding where documents and SQL differ."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.database import end_reading
from app.mongo import mapping, rows
from app.mongo.connection import database, told_plainly
from app.mongo.copying import SLICE, Tally
from app.mongo.documents import ENTRIES
from app.mongo.following import catch_up, follow_rest
from app.mongo.kinds import KINDS, PAGE, Kind
from app.mongo.mapping import Facts, Refused, is_intact
from app.mongo.migrating import list_steps, migrate
from app.mongo.pacing import Follow, paced, silently
from app.mongo.sealing import outline, sealed_all
from app.mongo.sweeping import list_gone, walk
from app.mongo.writing import read_digests

MISSING, SURPLUS, DIFFERENT, DAMAGED = "missing", "not in SQL", "different", "damaged"

Known = dict[str, str | None]


@dataclass(frozen=True)
class Difference:
    """A document that is not what SQL says."""

    collection: str
    key: str
    what: str


@dataclass
class Comparison:
    """What was compared; `counts` are documents as SQL has them and as MongoDB does."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    refused: Refused = field(default_factory=list)

    def count(self, collection: str, wanted: int, known: int) -> None:
        """Count documents of a collection."""
        before = self.counts.get(collection, (0, 0))
        self.counts[collection] = (before[0] + wanted, before[1] + known)

    def note(self, collection: str, found: Iterator[tuple[str, str]]) -> None:
        """Note what differs in a collection."""
        self.differences += [Difference(collection, key, what) for key, what in found]


@told_plainly()
def compare(follow: Follow = silently, *, is_deep: bool = False) -> Comparison:
    """Compare all documents with SQL, by their digests; raises `NotMigrated`.

    What changes meanwhile is followed first. `is_deep` reads the documents whole and
    finds those whose digests are not theirs.
    """
    catch_up(Tally())
    follow_rest(Tally())
    comparison = Comparison()
    for kind in KINDS:
        _compare_kind(kind, comparison, follow)
    _compare_projects(comparison, follow)
    if is_deep:
        for entry in ENTRIES:
            _compare_contents(entry._get_collection_name(), comparison, follow)
    return comparison


@told_plainly()
def repair(comparison: Comparison, follow: Follow = silently) -> Tally:
    """Bring all documents in line with SQL."""
    for difference in comparison.differences:
        if difference.what == DAMAGED:
            # A document without a digest is written anew.
            store = database()[difference.collection]
            store.update_one({"_id": difference.key}, {"$unset": {"digest": 1}})
    return migrate((), follow)


def _compare_kind(kind: Kind, comparison: Comparison, follow: Follow) -> None:
    name = kind.entry._get_collection_name()
    store = database()[name]
    for documents in paced(kind.pages(), kind.count() // PAGE + 1, kind.label, follow):
        wanted = _digests(documents)
        known = read_digests(store, {"_id": {"$in": list(wanted)}})
        comparison.count(name, len(wanted), len(known))
        comparison.note(name, _differ(wanted, known))
    for found in walk(store):
        kept = _digests(kind.look_up(found))
        surplus = [each["_id"] for each in found if each["_id"] not in kept]
        comparison.count(name, 0, len(surplus))
        comparison.note(name, ((key, SURPLUS) for key in surplus))


def _compare_projects(comparison: Comparison, follow: Follow) -> None:
    last = rows.last_id()
    end_reading()
    for begin, end in list_steps(0, last, follow, "Comparing 500 projects"):
        ids = rows.list_ids(begin, end)
        found = _compare_some(ids)
        if found.differences:
            # Somebody may have changed them at this moment.
            catch_up(Tally())
            found = _compare_some(ids)
        for collection, counts in found.counts.items():
            comparison.count(collection, *counts)
        comparison.differences += found.differences
        comparison.refused += found.refused
    for name in ("projects", "releases"):
        for gone in list_gone(database()[name]):
            comparison.count(name, 0, len(gone))
            comparison.note(name, ((each["_id"], SURPLUS) for each in gone))


def _compare_some(ids: list[int]) -> Comparison:
    comparison = Comparison()
    projects = rows.list_projects(ids)
    documents = mapping.map_projects(projects, comparison.refused)
    heads = rows.list_heads([row["id"] for row in projects if row["removed_at"] is None])
    outlines: list[Facts] = []
    for some in rows.slices(heads, **SLICE):
        for parts in mapping.map_releases(some, comparison.refused):
            outlines += map(outline, parts)
    end_reading()
    wanted = _digests(sealed_all(documents.values(), outlines))
    releases: Known = _digests(outlines)
    stores, keys = database(), {"$in": list(wanted)}
    for name, ours, theirs in (
        ("projects", wanted, read_digests(stores.projects, {"_id": keys})),
        ("releases", releases, read_digests(stores.releases, {"project": keys})),
    ):
        comparison.count(name, len(ours), len(theirs))
        comparison.note(name, _differ(ours, theirs))
    return comparison


def _compare_contents(name: str, comparison: Comparison, follow: Follow) -> None:
    known = {each.key for each in comparison.differences if each.collection == name}
    store = database()[name]
    steps = store.estimated_document_count() // PAGE + 1
    for found in paced(walk(store), steps, f"Reading {name}", follow):
        damaged = [each["_id"] for each in found if not is_intact(each)]
        comparison.note(name, ((key, DAMAGED) for key in damaged if key not in known))


def _digests(documents: list[Facts]) -> dict[str, Any]:
    return {document["_id"]: document["digest"] for document in documents}


def _differ(wanted: Known, known: Known) -> Iterator[tuple[str, str]]:
    for key, digest in wanted.items():
        if key not in known:
            yield key, MISSING
        elif known[key] != digest:
            yield key, DIFFERENT
    for key in known.keys() - wanted.keys():
        yield key, SURPLUS
