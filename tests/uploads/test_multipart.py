"""Bodies whole, in pieces, broken and cut off."""

import contextlib
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.exceptions import DomainError, TooLarge
from app.core.storage import MemoryStorage
from app.uploads import multipart
from app.uploads.exceptions import InvalidForm
from app.uploads.multipart import receive_parts
from tests.archives import make_wheel, wheel_name
from tests.uploads.clients import (
    BOUNDARY,
    CONTENT_TYPE,
    assert_refused,
    encode,
    encode_part,
    form_of,
    snapshot,
)

WHEEL = make_wheel()
BODY = encode(form_of(WHEEL, wheel_name(), keywords="x\r\n--" + BOUNDARY[:5]))


class Pieces(io.RawIOBase):
    """A stream that gives as many bytes at a time as it is told to."""

    def __init__(self, body, sizes):
        self.body = io.BytesIO(body)
        self.sizes = iter(sizes)

    def read(self, size=-1):
        return self.body.read(next(self.sizes, size) or 1)


def receive(body, *, sizes=(), max_bytes=1_000_000, content_type=CONTENT_TYPE, length=None):
    with MemoryStorage().receive() as incoming:
        parts = receive_parts(
            Pieces(body, sizes), content_type, incoming, max_bytes=max_bytes, length=length
        )
        incoming.flush()
        return parts, incoming.path.read_bytes()


def refuse(body, message, error=InvalidForm, **options):
    with pytest.raises(error, match=message):
        receive(body, **options)


@settings(max_examples=200, deadline=None)
@given(sizes=st.lists(st.integers(1, 2_000), max_size=60))
def test_a_body_means_the_same_in_any_pieces(sizes):
    parts, content = receive(BODY, sizes=sizes)
    assert content == WHEEL
    assert parts.filename == wheel_name()
    assert parts.fields["name"] == "foo_bar"


@settings(max_examples=200, deadline=None)
@given(
    cut=st.integers(0, len(BODY) - len("--\r\n") - 1),
    sizes=st.lists(st.integers(1, 2_000), max_size=20),
)
def test_check_42_a_body_that_is_cut_off_is_refused_wherever(cut, sizes):
    with pytest.raises(InvalidForm):
        receive(BODY[:cut], sizes=sizes)


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, len(BODY) - 1),
    bytes_=st.binary(min_size=1, max_size=30),
    sizes=st.lists(st.integers(1, 2_000), max_size=20),
)
def test_a_damaged_body_is_read_or_refused(at, bytes_, sizes):
    damaged = BODY[:at] + bytes_ + BODY[at + len(bytes_) :]
    with contextlib.suppress(DomainError):
        receive(damaged, sizes=sizes)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(1, len(BODY) - len("--\r\n") - 1))
def test_check_42_a_cut_off_upload_stores_nothing(ada, cut):
    assert_refused(ada.send_body(BODY[:cut]), 400, "cut off or is not valid", "invalid-form")
    assert snapshot() == ([0, 0, 0], [])


def test_check_42_less_than_announced_is_refused(ada):
    response = ada.client.post(
        "/legacy/",
        data=BODY,
        headers=ada.headers | {"Content-Type": CONTENT_TYPE},
        environ_overrides={"CONTENT_LENGTH": str(len(BODY) + 10)},
    )
    assert_refused(response, 400, "cut off", "invalid-form")
    assert snapshot() == ([0, 0, 0], [])


def test_check_42_a_body_shorter_than_announced_is_refused_even_if_the_form_is_whole():
    refuse(BODY, "cut off", length=len(BODY) + 1)
    assert receive(BODY, length=len(BODY))[1] == WHEEL


def test_check_69_a_chunked_body_is_read(ada):
    response = ada.client.post(
        "/legacy/",
        input_stream=io.BytesIO(BODY),
        headers=ada.headers | {"Content-Type": CONTENT_TYPE, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status == "200 OK"


def test_check_69_a_chunked_body_over_the_limit_is_refused(ada, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_UPLOAD_BYTES", 100)
    response = ada.client.post(
        "/legacy/",
        input_stream=io.BytesIO(BODY),
        headers=ada.headers | {"Content-Type": CONTENT_TYPE, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert_refused(response, 413, "File too large", "file-too-large")
    assert snapshot() == ([0, 0, 0], [])


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 1000}",
    ],
)
def test_another_kind_of_body_is_refused(content_type):
    refuse(BODY, "Send the file as multipart/form-data", content_type=content_type)


def test_an_empty_body_is_refused():
    refuse(b"", "cut off")


def test_a_form_without_parts_has_nothing():
    parts, content = receive(f"--{BOUNDARY}--\r\n".encode())
    assert (parts.fields, parts.filename, content) == ({}, None, b"")


def test_a_file_over_the_limit_is_stopped_on_the_way():
    refuse(BODY, "File too large, the limit is 0 MB", TooLarge, max_bytes=len(WHEEL) - 1)


def test_a_file_of_the_limit_is_taken():
    assert receive(BODY, max_bytes=len(WHEEL))[1] == WHEEL


def test_endless_text_is_refused(monkeypatch):
    monkeypatch.setattr(multipart, "MAX_TEXT_BYTES", 1000)
    refuse(encode({"keywords": "x" * 1001}), "too much text, the limit is 1000", TooLarge)


def test_a_kept_field_has_its_own_limit():
    refuse(encode({"name": "x" * 1001}), "field name is too long, the limit is 1000")


@pytest.mark.parametrize("body", [b"x" * 100_000, f"--{BOUNDARY}\r\n".encode() + b"y" * 100_000])
def test_what_never_comes_to_a_field_is_refused(body):
    refuse(body, "not valid", sizes=[10_000] * 10)


def test_endless_bytes_after_the_form_are_refused():
    refuse(BODY + b"x" * 100_000, "not valid", sizes=[20_000] * 5)


@pytest.mark.parametrize("value", ["", "UNKNOWN", "  "])
def test_what_a_client_does_not_know_is_absent(value):
    assert receive(encode({"name": value}))[0].fields == {}


@pytest.mark.parametrize("value", [b"caf\xe9", b"a\x00b"])
def test_text_that_is_none_is_refused(value):
    refuse(encode({"name": value}), "The field name")


def test_a_part_needs_a_name():
    body = encode_part("name", "x").replace(b'name="name"', b"x=y")
    refuse(body + f"--{BOUNDARY}--\r\n".encode(), "has no name")


def test_a_part_needs_a_disposition():
    body = encode_part("name", "x").replace(b"Content-Disposition", b"X-Nothing")
    refuse(body + f"--{BOUNDARY}--\r\n".encode(), "not valid")


def test_line_ends_may_be_those_of_old_clients():
    body = f'--{BOUNDARY}\nContent-Disposition: form-data; name="name"\n\nfoo\n--{BOUNDARY}--\n'
    assert receive(body.encode())[0].fields == {"name": "foo"}


def test_fields_that_mean_nothing_here_are_not_kept():
    assert receive(encode({"summary": "x", "nonsense": "y"}))[0].fields == {}
