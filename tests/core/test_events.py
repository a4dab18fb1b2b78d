from dataclasses import dataclass

import pytest

from app.core import events
from app.core.database import transaction
from app.core.events import Event, tell
from app.core.settings import find_setting, keep_setting


@dataclass(frozen=True, kw_only=True)
class Baked(Event):
    """A cake is ready."""

    cake: str


@dataclass(frozen=True, kw_only=True)
class Iced(Baked):
    """It is ready with icing."""


@pytest.fixture
def heard(monkeypatch):
    """Give what is heard, by listeners that replace the house's own for one test."""
    heard = []
    monkeypatch.setattr(events, "_inside", [(Event, lambda event: heard.append(("all", event)))])
    monkeypatch.setattr(events, "_after", [(Baked, lambda event: heard.append(("after", event)))])
    return heard


def test_listeners_inside_hear_at_once_and_the_others_after_the_commit(app, heard):
    cake = Baked(cake="plum")
    with transaction():
        tell(cake)
        assert heard == [("all", cake)]
    assert heard == [("all", cake), ("after", cake)]


def test_who_listens_to_a_class_hears_those_below_it(app, heard):
    with transaction():
        tell(Iced(cake="plum"))
    assert [who for who, _ in heard] == ["all", "after"]


def test_who_listens_to_a_class_does_not_hear_those_above_it(app, heard):
    with transaction():
        tell(Event())
    assert [who for who, _ in heard] == ["all"]


def test_nobody_hears_after_a_rollback(app, heard):
    with pytest.raises(ZeroDivisionError):
        _tell_and_fail()
    assert [who for who, _ in heard] == ["all"]


def _tell_and_fail():
    with transaction():
        tell(Baked(cake="plum"))
        _ = 1 / 0


def test_a_listener_inside_may_refuse(app, monkeypatch):
    def refuse(_event):
        raise ValueError("no cake today")

    monkeypatch.setattr(events, "_inside", [(Baked, refuse)])
    with pytest.raises(ValueError, match="no cake"):
        _bake()
    assert find_setting("oven") is None


def _bake():
    with transaction():
        keep_setting("oven", "hot")
        tell(Baked(cake="plum"))


def test_connecting_replaces_who_listens(monkeypatch):
    monkeypatch.setattr(events, "_inside", [(Event, print)])
    monkeypatch.setattr(events, "_after", [])
    events.connect(inside=[], after=[(Baked, print)])
    assert (events._inside, events._after) == ([], [(Baked, print)])
