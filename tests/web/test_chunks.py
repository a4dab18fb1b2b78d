import io
import sys
import types

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.web.chunks import ChunkedBodies, Chunks


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read() + str(environ.get("CONTENT_LENGTH")).encode()]


def ask(**facts):
    environ = EnvironBuilder(method="POST", input_stream=io.BytesIO(b"whole")).get_environ()
    body, status, headers = run_wsgi_app(ChunkedBodies(echo), environ | facts)
    return status, b"".join(body), headers


@pytest.fixture
def uwsgi(monkeypatch):
    """Give uWSGI's own module, which is there only inside of it, with chunks to read."""
    chunks = [b"one, ", b"two", b""]
    module = types.ModuleType("uwsgi")
    module.chunked_read = lambda: chunks.pop(0)
    monkeypatch.setitem(sys.modules, "uwsgi", module)


def test_a_body_in_chunks_is_read_under_uwsgi(uwsgi):
    facts = {"HTTP_TRANSFER_ENCODING": "chunked", "uwsgi.version": b"2", "CONTENT_LENGTH": "3"}
    assert ask(**facts)[:2] == ("200 OK", b"one, twoNone")


def test_what_a_server_has_put_together_is_left_as_it_is():
    facts = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert ask(**facts)[1].startswith(b"whole")


def test_a_server_that_reads_no_chunks_refuses_them():
    status, body, headers = ask(HTTP_TRANSFER_ENCODING="chunked")
    assert status == "411 Length Required"
    assert b"Content-Length" in body
    assert headers["Connection"] == "close"


def test_chunks_are_read_in_any_steps_and_never_past_the_end():
    sizes = iter([3, 1, 5, 0])
    stream = io.BufferedReader(Chunks(lambda: b"x" * next(sizes)), 4)
    assert [stream.read(2), stream.read(4), stream.read(), stream.read()] == [
        b"xx",
        b"xxxx",
        b"xxx",
        b"",
    ]
