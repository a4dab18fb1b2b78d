"""Writing many documents at once; what is there already as it should be is left alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pymongo import ReplaceOne
from pymongo.collection import Collection as Store
from pymongo.errors import BulkWriteError

from app.mongo.mapping import Facts

Documents = Store[dict[str, Any]]
# The digests of documents by their keys.
Known = Mapping[str, str | None]

_DUPLICATE = 11_000
_AT_ONCE = 1_000


def read_digests(store: Documents, wanted: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the digests of the documents that fit a condition."""
    return {found["_id"]: found.get("digest") for found in store.find(wanted, {"digest": 1})}


def put(store: Documents, documents: Sequence[Facts], known: Known) -> int:
    """Write those documents that are not known to be there as they are; return how many.

    What is not known is taken for new, and written all the same if it is not.
    """
    new = [document for document in documents if document["_id"] not in known]
    other = [
        document
        for document in documents
        if document["_id"] in known and known[document["_id"]] != document["digest"]
    ]
    written = len(new) + len(other)
    other += _insert(store, new)
    _replace(store, other)
    return written


def drop(store: Documents, keys: Collection[str]) -> int:
    """Remove the documents of some keys; return how many."""
    return sum(
        store.delete_many({"_id": {"$in": some}}).deleted_count for some in batches(keys, _AT_ONCE)
    )


def batches(items: Collection[str], size: int) -> Iterator[list[str]]:
    """Yield some items at a time, in their order."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _insert(store: Documents, documents: list[Facts]) -> list[Facts]:
    """Insert documents, and return those that were there already."""
    if not documents:
        return []
    try:
        # The driver would write keys into what it is given, if there were none.
        store.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        return [documents[number] for number in _list_doubled(error)]
    return []


def _replace(store: Documents, documents: list[Facts]) -> None:
    steps = [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
    if not steps:
        return
    try:
        store.bulk_write(steps, ordered=False)
    except BulkWriteError as error:
        # Somebody else wrote the same new key at this moment; now it is there.
        store.bulk_write([steps[number] for number in _list_doubled(error)], ordered=False)


def _list_doubled(error: BulkWriteError) -> list[int]:
    """Return the places of what was there already; raises the error if it tells of others."""
    failures = (error.details or {}).get("writeErrors", [])
    if not failures or any(failure["code"] != _DUPLICATE for failure in failures):
        raise error
    return [failure["index"] for failure in failures]
