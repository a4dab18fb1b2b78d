"""How far the documents are, kept beside them: so a lost store is known to be empty."""

from app.mongo.connection import database, told_plainly
from app.mongo.documents import SHAPE
from app.mongo.exceptions import NotMigrated

# Up to which number of the changes the documents have followed.
FOLLOWED = "followed"
# Up to which project an interrupted migration came, and from which number on to follow.
MIGRATING = "migrating"


@told_plainly()
def find_mark(key: str) -> dict[str, int] | None:
    """Return what is noted under a key, or None, also if it is of documents of another shape."""
    found = database().marks.find_one({"_id": key})
    return found if found is not None and found.get("shape") == SHAPE else None


@told_plainly()
def note(key: str, **numbers: int) -> None:
    """Note something, in place of what was noted under the key."""
    marks = database().marks
    marks.replace_one({"_id": key}, {"_id": key, "shape": SHAPE, **numbers}, upsert=True)


@told_plainly()
def forget(key: str) -> None:
    """Note nothing under a key."""
    database().marks.delete_one({"_id": key})


def get_followed() -> int:
    """Return the number up to which changes were followed; raises `NotMigrated`."""
    found = find_mark(FOLLOWED)
    if found is None:
        raise NotMigrated
    return found["serial"]
