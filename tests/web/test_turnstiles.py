import io

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.launch import web
from app.web import turnstiles
from app.web.turnstiles import SENDERS, TAKERS, Turnstiles


@pytest.fixture(autouse=True)
def _room_for_two(monkeypatch):
    monkeypatch.setattr(turnstiles, "SENDERS", 2)
    monkeypatch.setattr(turnstiles, "TAKERS", 2)


class Crowd:
    """A house in which whoever comes may call the next one before leaving."""

    def __init__(self) -> None:
        self.app = Turnstiles(self._answer, downloads="/files/")
        self.statuses: list[str] = []
        self.then = 0

    def send(self, *, then=0, path="/legacy/", **kwargs):
        self.then = then
        kwargs.setdefault("data", b"x")
        environ = EnvironBuilder(path, method="POST", **kwargs).get_environ()
        self.statuses.append(run_wsgi_app(self.app, environ)[1])

    def take(self, path="/files/a/b.whl", **environ):
        return self.app(
            EnvironBuilder(path).get_environ() | environ, lambda status, *_: self._note(status)
        )

    def _note(self, status):
        self.statuses.append(status)

    def _answer(self, _environ, start_response):
        if self.then:
            self.send(then=self.then - 1)
        start_response("200 OK", [])
        return [b"done"]


def test_one_sender_too_many_is_asked_to_come_again():
    crowd = Crowd()
    crowd.send(then=2)
    assert [status[:3] for status in crowd.statuses] == ["503", "200", "200"]
    assert "busy" in crowd.statuses[0]


def test_senders_make_room_when_they_leave():
    crowd = Crowd()
    for _ in range(5):
        crowd.send()
    assert crowd.statuses == ["200 OK"] * 5


def test_who_sends_nothing_passes_a_crowd_of_senders():
    crowd = Crowd()
    crowd.send(then=1)
    crowd.app._senders.acquire()
    crowd.app._senders.acquire()
    crowd.send(data=None)
    assert crowd.statuses[-1] == "200 OK"


def test_body_of_untold_length_is_a_body():
    crowd = Crowd()
    crowd.app._senders.acquire()
    crowd.app._senders.acquire()
    crowd.send(data=None, headers={"Transfer-Encoding": "chunked"})
    assert crowd.statuses[-1].startswith("503")


def test_sender_whose_request_fails_leaves_too():
    crowd = Crowd()
    crowd.app._app = lambda *_: io.BytesIO().fileno()
    for _ in range(5):
        with pytest.raises(io.UnsupportedOperation):
            crowd.send()
    assert crowd.app._senders._value == 2


def test_download_counts_until_it_is_closed():
    crowd = Crowd()
    first, _second = crowd.take(), crowd.take()
    crowd.take()
    first.close()
    first.close()
    crowd.take()
    assert [status[:3] for status in crowd.statuses] == ["200", "200", "503", "200"]


def test_download_that_fails_makes_room():
    crowd = Crowd()
    crowd.app._app = lambda *_: io.BytesIO().fileno()
    for _ in range(5):
        with pytest.raises(io.UnsupportedOperation):
            crowd.take()
    assert crowd.app._takers._value == 2


def test_pages_pass_a_crowd_of_downloads():
    crowd = Crowd()
    _open = [crowd.take(), crowd.take()]
    crowd.take("/simple/")
    assert crowd.statuses[-1] == "200 OK"


def test_server_with_its_own_way_gets_the_file_unwrapped():
    assert Crowd().take(**{"wsgi.file_wrapper": object}) == [b"done"]


def test_whole_house_has_turnstiles(app):
    # The shelf stands in front: what it has is sent at once.
    assert isinstance(app.wsgi_app.behind.behind, Turnstiles)


def test_serve_has_threads_left_when_all_turns_are_taken():
    assert web.THREADS - SENDERS - TAKERS >= 64
