"""The text of METADATA: encodings, line ends, folding and the body."""

import pytest

from app.uploads.exceptions import InvalidMetadata
from app.uploads.headers import MAX_HEADERS, split_headers


def test_headers_and_body_are_told_apart():
    headers = split_headers(b"Name: foo\nClassifier: A\nClassifier: B\n\nFirst\n\nSecond\n")

    assert headers.fields == {"name": ["foo"], "classifier": ["A", "B"]}
    assert headers.body == "First\n\nSecond\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_mean_the_same(end):
    raw = end.join(["Name: foo", "Version: 1", "", "Body", ""]).encode()

    headers = split_headers(raw)

    assert headers.fields == {"name": ["foo"], "version": ["1"]}
    assert headers.body == "Body\n"


def test_byte_order_mark_is_passed_over():
    assert split_headers(b"\xef\xbb\xbfName: foo\n").fields == {"name": ["foo"]}


def test_text_is_utf_8():
    headers = split_headers("Author: Zoë\nSummary: ключ 🔑\n\nمرحبا".encode())

    assert headers.get_all("author") == ["Zoë"]
    assert headers.get_all("summary") == ["ключ 🔑"]
    assert headers.body == "مرحبا"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"Name: foo\nAuthor: caf\xe9\n", "Author: the text is not UTF-8"),
        (b"Name: foo\n\ncaf\xe9", "Description: the text is not UTF-8"),
        (b"Name: foo\r\n\r\ncaf\xe9", "Description: the text is not UTF-8"),
        (b"\xff", "Metadata: the text is not UTF-8"),
        (b"Name: foo\0bar\n", "NUL byte"),
    ],
)
def test_other_bytes_are_refused_by_field(raw, message):
    with pytest.raises(InvalidMetadata, match=message) as refusal:
        split_headers(raw)

    assert refusal.value.code == "metadata-encoding"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"License: a\n        b\n          c\n", "a\nb\n  c"),
        (b"License: a\n       |b\n       |  c\n", "a\nb\n  c"),
        (b"License: a\n        \n        b\n", "a\n\nb"),
        (b"License:  a  \n\tb\n", "a  \nb"),
    ],
)
def test_folded_values_are_unfolded(raw, value):
    assert split_headers(raw).get_all("license") == [value]


def test_empty_and_unknown_values_count_as_absent():
    headers = split_headers(b"Author: UNKNOWN\nLicense:\nPlatform: UNKNOWN\nPlatform: any\n")

    assert headers.get_all("author") == []
    assert headers.get_all("license") == []
    assert headers.get_all("platform") == ["any"]
    assert headers.get_all("summary") == []


def test_line_that_is_no_header_begins_the_body():
    headers = split_headers(b"Name: foo\nThis is text\nVersion: 2\n\nmore")

    assert headers.fields == {"name": ["foo"]}
    assert headers.body == "This is text\nVersion: 2\n\nmore"


@pytest.mark.parametrize(("raw", "body"), [(b"", ""), (b"\nonly a body", "only a body")])
def test_headers_may_be_missing(raw, body):
    headers = split_headers(raw)

    assert headers.fields == {}
    assert headers.body == body


def test_mail_headers_do_not_decode_the_body():
    raw = b"Content-Transfer-Encoding: base64\nContent-Type: multipart/mixed; boundary=x\n\naGk="

    assert split_headers(raw).body == "aGk="


def test_too_many_headers_are_refused():
    with pytest.raises(InvalidMetadata, match="too many headers"):
        split_headers(b"Platform: x\n" * (MAX_HEADERS + 1))
