import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simple import rootlist, serializers
from app.simple.rootlist import RootList
from app.simple.shelf import Shelf

NAMES = st.lists(st.text("abc0", min_size=1, max_size=3), unique=True, max_size=20)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    """Give a function that makes an empty list each time."""
    folder = tmp_path_factory.mktemp("lists")
    made = []

    def make():
        made.append(RootList(Shelf(folder), folder / str(len(made))))
        return made[-1]

    return make


@pytest.fixture(autouse=True, scope="module")
def _short_segments():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rootlist, "SEGMENT", 3)
        yield


def pairs(names):
    return [(name.upper(), name) for name in sorted(names)]


def reader(names):
    return lambda begin, end: [pair for pair in pairs(names) if begin <= pair[1] < end]


def assert_shows(lists, known, names, serial):
    forms = {ending: b"".join(chunks) for ending, chunks in lists.forms(known).items()}
    assert forms["html"] == serializers.root_as_html(pairs(names), serial)
    assert forms["json"] == serializers.root_as_json(pairs(names), serial)
    assert gzip.decompress(forms["html.gz"]) == forms["html"]
    assert gzip.decompress(forms["json.gz"]) == forms["json"]
    assert known.count == len(names)


@given(NAMES)
def test_a_list_is_the_sum_of_its_segments(numbered, names):
    lists = numbered()
    known = lists.rebuild(pairs(names), 7)
    assert_shows(lists, known, names, 7)
    assert lists.find() == known


@given(NAMES, st.lists(NAMES, min_size=1, max_size=4))
def test_a_list_follows_every_change(numbered, names, changes):
    lists, present = numbered(), set(names)
    known = lists.rebuild(pairs(present), 1)
    for serial, change in enumerate(changes, start=2):
        present ^= set(change)
        known = lists.refresh(known, change, reader(present), serial)
        assert_shows(lists, known, present, serial)


def test_a_change_touches_one_segment(numbered):
    lists = numbered()
    names = {f"name-{number:03}" for number in range(30)}
    before = lists.rebuild(pairs(names), 1)
    after = lists.refresh(before, ["name-0045"], reader(names | {"name-0045"}), 2)
    assert len(set(after.segments) - set(before.segments)) == 1


def test_a_segment_that_grows_becomes_several(numbered):
    lists = numbered()
    names = {f"name-{number:03}" for number in range(30)}
    known = lists.rebuild(pairs(names), 1)
    names |= {f"name-004{letter}" for letter in "abcdefgh"}
    known = lists.refresh(known, ["name-004a"], reader(names), 2)
    assert max(segment.count for segment in known.segments) <= 2 * rootlist.SEGMENT
    assert_shows(lists, known, names, 2)


def test_compressed_it_is_one_member_as_every_client_expects(numbered):
    lists = numbered()
    known = lists.rebuild(pairs({"a", "b", "c", "d", "e"}), 1)
    content = b"".join(lists.forms(known)["json.gz"])
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert unpacker.decompress(content) == b"".join(lists.forms(known)["json"])
    assert (unpacker.eof, unpacker.unused_data) == (True, b"")


def test_old_segments_are_removed(numbered):
    lists = numbered()
    known = lists.rebuild(pairs({"a", "b", "c", "d"}), 1)
    known = lists.keep(lists.refresh(known, ["e"], reader({"a", "b", "c", "d", "e"}), 2))
    files = {path.name for path in lists._folder.iterdir()}
    assert files == {"manifest"} | {segment.file for segment in known.segments}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"serial": 1}', b'{"segments": [1]}'])
def test_a_broken_manifest_is_none(numbered, content):
    lists = numbered()
    lists.rebuild(pairs({"a"}), 1)
    (lists._folder / "manifest").write_bytes(content)
    assert lists.find() is None


def test_a_segment_that_was_cut_short_is_noticed(numbered):
    lists = numbered()
    known = lists.rebuild(pairs({"a"}), 1)
    path = lists._folder / known.segments[0].file
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(OSError, match="cut short"):
        b"".join(lists.forms(known)["json.gz"])


def test_a_list_with_a_segment_missing_is_none(numbered):
    lists = numbered()
    known = lists.rebuild(pairs({"a", "b", "c", "d"}), 1)
    (lists._folder / known.segments[1].file).unlink()
    assert lists.find() is None


@pytest.mark.parametrize("size", [0, 10, 40])
def test_a_segment_of_another_size_is_noticed_in_time(numbered, size):
    lists = numbered()
    known = lists.rebuild(pairs({"a"}), 1)
    path = lists._folder / known.segments[0].file
    path.write_bytes(path.read_bytes()[:size])
    assert lists.find() is None
    with pytest.raises(OSError, match="cut short"):
        b"".join(lists.forms(known)["json.gz"])
