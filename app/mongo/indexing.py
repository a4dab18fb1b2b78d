"""The indexes of documents: those that copying needs first, all others when it is done."""

from typing import Any

from pymongo import timeout

from app.mongo.connection import database, told_plainly
from app.mongo.documents import ENTRIES, Mark, ReleaseEntry

_LONGEST_SECONDS = 3_600


@told_plainly()
def make_first_indexes() -> None:
    """Make the index by which the releases of a project are found."""
    database()
    (first, *_others) = ReleaseEntry._meta["indexes"]
    ReleaseEntry.create_index(list(first))


@told_plainly()
def make_indexes() -> None:
    """Make all indexes that are not there yet."""
    database()
    entry: Any
    # A large collection takes longer than the server may take for any other answer.
    with timeout(_LONGEST_SECONDS):
        for entry in (*ENTRIES, Mark):
            entry.ensure_indexes()
