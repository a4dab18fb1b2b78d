import io

from flask import Response

from app.web import bodies
from app.web.bodies import read_rest


def answer(app, status: int, body: bytes, **environ: object) -> int:
    """Answer a request with a status and return how many bytes nobody has read."""
    stream = io.BytesIO(body)
    with app.test_request_context("/", method="POST") as context:
        context.request.environ.pop("wsgi.input_terminated", None)
        context.request.environ |= {"wsgi.input": stream, **environ}
        read_rest(Response(status=status))
    return len(stream.read())


def test_refused_client_is_heard_to_the_end(app):
    assert answer(app, 400, b"x" * 1000, **{"wsgi.input_terminated": True}) == 0


def test_body_of_known_length_is_read_that_far(app):
    assert answer(app, 401, b"x" * 1000, CONTENT_LENGTH="400") == 600


def test_body_of_unknown_length_is_left_alone(app):
    assert answer(app, 401, b"x" * 1000) == 1000


def test_patience_ends(app, monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE_BYTES", 100)
    assert answer(app, 413, b"x" * 1000, **{"wsgi.input_terminated": True}) == 900


def test_answer_that_is_no_refusal_reads_nothing(app):
    assert answer(app, 200, b"x" * 1000, **{"wsgi.input_terminated": True}) == 1000


def test_client_that_hangs_up_is_no_error(app):
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise ConnectionResetError

    with app.test_request_context("/", method="POST") as context:
        context.request.environ |= {"wsgi.input": Broken(), "wsgi.input_terminated": True}
        assert read_rest(Response(status=400)).status_code == 400
