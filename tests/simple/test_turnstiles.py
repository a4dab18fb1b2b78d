"""Whoever follows a file that is still to come holds a thread, and counts among the takers."""

import pytest
from werkzeug.test import EnvironBuilder

from app.web import turnstiles
from app.web.turnstiles import Turnstiles
from tests.simple.far import Coming


def take(door, path):
    """Begin to take a file; return the status and what comes."""
    statuses = []
    environ = EnvironBuilder(path).get_environ()
    return statuses, door(environ, lambda status, *_: statuses.append(status))


@pytest.fixture
def door(app, monkeypatch):
    monkeypatch.setattr(turnstiles, "TAKERS", 2)
    return Turnstiles(app.wsgi_app, downloads="/files/")


def test_followers_of_a_file_that_comes_are_takers(door, far):
    path = far.announce(Coming("far_away-1.0.tar.gz", b"x" * 1000))
    first, second, third = (take(door, path) for _ in range(3))
    assert [statuses[0][:3] for statuses, _ in (first, second, third)] == ["200", "200", "503"]
    assert b"".join(first[1]) == b"x" * 1000
    for _statuses, chunks in (first, second):
        chunks.close()
    again = take(door, path)
    assert again[0] == ["200 OK"]
    again[1].close()
