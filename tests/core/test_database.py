from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.core import database
from app.core.database import (
    add_unless_there,
    after_commit,
    before_commit,
    is_writing,
    transaction,
)
from app.core.models import Setting
from app.core.settings import find_setting, keep_setting
from app.extensions import db


def test_what_is_done_inside_is_kept(app):
    with transaction():
        keep_setting("colour", "green")
    assert find_setting("colour") == "green"


def test_nothing_is_kept_when_something_fails(app):
    with pytest.raises(ZeroDivisionError):
        _run_and_fail(lambda: keep_setting("colour", "green"))
    assert find_setting("colour") is None


def test_steps_wait_for_the_commit(app):
    order = []
    with transaction():
        after_commit(lambda: order.append("after"))
        before_commit("key", lambda: order.append("before"))
        before_commit("key", lambda: order.append("again"))
        order.append("inside")
    assert order == ["inside", "before", "after"]


def test_what_comes_as_last_runs_behind_all_others(app):
    order = []
    with transaction():
        before_commit("last", lambda: order.append("last"), as_last=True)
        before_commit("first", lambda: before_commit("late", lambda: order.append("late")))
        before_commit("second", lambda: order.append("second"))
    assert order == ["second", "late", "last"]


def test_steps_are_dropped_with_the_transaction(app):
    order = []
    with pytest.raises(ZeroDivisionError):
        _run_and_fail(lambda: after_commit(lambda: order.append("after")))
    assert order == []


def _run_and_fail(step):
    with transaction():
        step()
        _ = 1 / 0


def test_one_can_ask_whether_a_transaction_is_open(app):
    assert not is_writing()
    with transaction():
        assert is_writing()
    assert not is_writing()


def test_a_row_is_added_unless_it_is_there(app):
    with transaction():
        assert add_unless_there(Setting, key="colour", value="green")
        assert not add_unless_there(Setting, key="colour", value="red")
    assert find_setting("colour") == "green"


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


def test_errors_of_the_database_keep_what_was_written_to_themselves(app):
    twice = [{"key": "link", "value": "with a secret"}] * 2
    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(insert(Setting), twice)
    assert "secret" not in str(error.value)


class Notes:
    """A sequel that writes down what happens to it."""

    def __init__(self, told):
        self.told = told

    def prepare(self):
        self.told.append(f"prepare in {database.is_writing()}")

    def finish(self):
        self.told.append("finish")


@contextmanager
def noted(told):
    told.append("held")
    yield
    told.append("left")


def test_a_sequel_is_prepared_inside_and_finished_before_what_is_held_is_left(app):
    told = []
    with transaction():
        after_commit(lambda: told.append("after"))
        database.hold_until_end(noted(told))
        database.follow_up("notes", Notes(told))
        before_commit("step", lambda: told.append("step"))
    assert told == ["held", "step", "prepare in True", "finish", "left", "after"]


def test_a_change_has_one_sequel_by_a_key(app):
    told = []
    with transaction():
        first = database.follow_up("notes", Notes(told))
        assert database.follow_up("notes", Notes(told)) is first
    assert told == ["prepare in True", "finish"]


def test_what_is_held_is_left_after_a_rollback_and_nothing_follows(app):
    told = []
    with pytest.raises(ZeroDivisionError):
        hold_and_fail(told)
    assert told == ["left"]


def hold_and_fail(told):
    stack = ExitStack()
    stack.callback(told.append, "left")
    with transaction():
        database.hold_until_end(stack)
        database.follow_up("notes", Notes(told))
        raise ZeroDivisionError


def test_reading_can_end_and_begin_anew(app):
    with transaction():
        keep_setting("colour", "green")
    database.begin_anew()
    assert find_setting("colour") == "green"
    database.end_reading()
    assert find_setting("colour") == "green"


def test_changes_outside_a_transaction_are_not_let_through(app):
    with transaction():
        keep_setting("colour", "green")
    db.session.get(Setting, "colour").value = "red"
    with pytest.raises(RuntimeError):
        database.end_reading()
    db.session.rollback()
