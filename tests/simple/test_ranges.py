import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simple.ranges import Part, Slice, Unsatisfiable, parse_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", Part(0, 100)),
        ("bytes=100-", Part(100, 997)),
        ("bytes=-100", Part(897, 997)),
        ("bytes=-10000", Part(0, 997)),
        ("bytes=990-2000", Part(990, 997)),
        ("BYTES=996-996", Part(996, 997)),
        ("bytes=0-0,5-9", None),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("", None),
        (None, None),
    ],
)
def test_check_83_one_range_is_understood_and_nonsense_ignored(header, part):
    assert parse_range(header, 997) == part


@pytest.mark.parametrize("header", ["bytes=999999999-", "bytes=997-", "bytes=-0", "bytes=997-998"])
def test_check_83_a_range_behind_the_end_cannot_be_had(header):
    with pytest.raises(Unsatisfiable):
        parse_range(header, 997)


def test_an_empty_file_has_no_parts():
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=-5", 0)


@given(st.binary(min_size=1), st.data())
def test_a_slice_is_what_slicing_gives(content, data):
    start = data.draw(st.integers(0, len(content) - 1))
    stop = data.draw(st.integers(start + 1, len(content)))
    part = parse_range(f"bytes={start}-{stop - 1}", len(content))
    assert b"".join(Slice(io.BytesIO(content), part)) == content[start:stop]
