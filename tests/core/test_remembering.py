"""What a process remembers of the database."""

from app.core.database import transaction
from app.core.remembering import recall
from app.extensions import db
from app.indexes.queries import get_index


def read_from(values):
    return lambda: values.pop(0)


def test_what_was_read_is_remembered_as_long_as_its_mark_is_the_same(app):
    values = ["old", "new"]
    found = [recall("a key", mark, read_from(values)) for mark in (1, 1, 2, 2)]
    assert found == ["old", "old", "new", "new"]


def test_nothing_is_remembered_too(app):
    assert [recall("a key", 1, read_from([None])) for _ in range(2)] == [None, None]


def test_keys_have_nothing_to_do_with_each_other(app):
    assert [recall(("kind", key), 1, read_from([key])) for key in (1, 2, 1)] == [1, 2, 1]


def test_what_is_read_while_something_is_changed_is_not_kept(app):
    with transaction():
        get_index().title = "Another"
        db.session.flush()
        assert recall("a key", 1, read_from(["maybe"])) == "maybe"
    assert recall("a key", 1, read_from(["sure"])) == "sure"
