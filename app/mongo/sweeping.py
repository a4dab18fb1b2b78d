"""Removing the documents of what SQL has no more."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.core.database import end_reading
from app.mongo import rows
from app.mongo.connection import database, told_plainly
from app.mongo.copying import Tally, refresh
from app.mongo.kinds import Kind
from app.mongo.mapping import Facts
from app.mongo.pacing import Follow, paced, silently
from app.mongo.writing import Documents, drop

_AT_ONCE = 2_000


@told_plainly()
def sweep_kind(kind: Kind, tally: Tally, follow: Follow = silently) -> None:
    """Remove the documents of rows that are not there."""
    store = database()[kind.entry._get_collection_name()]
    for found in paced(walk(store), _count(store), f"{kind.label}: sweeping", follow):
        kept = {document["_id"] for document in kind.look_up(found)}
        tally.removed += drop(store, [each["_id"] for each in found if each["_id"] not in kept])


@told_plainly()
def sweep_projects(tally: Tally, follow: Follow = silently) -> None:
    """Remove the documents of projects and releases whose projects are not there."""
    stores = database()
    for store in (stores.projects, stores.releases):
        pages = walk(store, fields=("index", "normalized_name"))
        for found in paced(pages, _count(store), f"{store.name.title()}: sweeping", follow):
            _sweep(store, found, tally)


def list_gone(store: Documents) -> Iterator[list[Facts]]:
    """Yield the documents of projects that are not there, some at a time."""
    for found in walk(store, fields=("index", "normalized_name")):
        present = _present(found)
        yield [each for each in found if _place(each) not in present]


def sweep_index(slug: str, tally: Tally) -> None:
    """Remove the documents of the projects of an index that are not there."""
    stores = database()
    for store in (stores.projects, stores.releases):
        for found in walk(store, {"index": slug}, ("index", "normalized_name")):
            _sweep(store, found, tally)


def walk(
    store: Documents, condition: Mapping[str, Any] | None = None, fields: Sequence[str] = ()
) -> Iterator[list[Facts]]:
    """Yield documents, all or those that fit, some at a time."""
    with store.find(condition or {}, fields or None, batch_size=_AT_ONCE) as rest:
        while found := list(islice(rest, _AT_ONCE)):
            yield found


def _sweep(store: Documents, found: Sequence[Facts], tally: Tally) -> None:
    present = _present(found)
    gone = [each for each in found if _place(each) not in present]
    tally.removed += drop(store, [each["_id"] for each in gone])
    # Whoever began one of them meanwhile may have lost what was written of it.
    if begun := _present(gone):
        refresh(list(begun.values()), tally)


def _present(found: Sequence[Facts]) -> dict[tuple[str, str], int]:
    """Return the numbers of the projects that some documents are of, if they are there."""
    names: dict[str, set[str]] = {}
    for each in found:
        names.setdefault(each["index"], set()).add(each["normalized_name"])
    present = {
        (slug, name): number
        for slug, some in names.items()
        for name, number in rows.map_places(slug, some).items()
    }
    end_reading()
    return present


def _place(document: Facts) -> tuple[str, str]:
    return document["index"], document["normalized_name"]


def _count(store: Documents) -> int:
    return store.estimated_document_count() // _AT_ONCE + 1
