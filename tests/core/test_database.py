import pytest

from app.core import database
from app.core.database import after_commit, before_commit, transaction
from app.core.settings import find_setting, keep_setting


def test_what_is_done_inside_is_kept(app):
    with transaction():
        keep_setting("colour", "green")
    assert find_setting("colour") == "green"


def test_nothing_is_kept_when_something_fails(app):
    with pytest.raises(ZeroDivisionError), transaction():
        keep_setting("colour", "green")
        _ = 1 / 0
    assert find_setting("colour") is None


def test_steps_wait_for_the_commit(app):
    order = []
    with transaction():
        after_commit(lambda: order.append("after"))
        before_commit("key", lambda: order.append("before"))
        before_commit("key", lambda: order.append("again"))
        order.append("inside")
    assert order == ["inside", "before", "after"]


def test_steps_are_dropped_with_the_transaction(app):
    order = []
    with pytest.raises(ZeroDivisionError), transaction():
        after_commit(lambda: order.append("after"))
        _ = 1 / 0
    assert order == []


def test_a_transaction_is_the_edge(app):
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass
    with pytest.raises(RuntimeError):
        after_commit(lambda: None)


def test_migrations_can_ask_what_is_there(app):
    connection = database.db.session.connection()
    assert database.has_column(connection, "project", "name")
    assert not database.has_column(connection, "project", "nothing")
    assert not database.has_column(connection, "nothing", "name")
    assert database.has_table(connection, "project")
