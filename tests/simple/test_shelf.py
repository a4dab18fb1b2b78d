import os
import threading
from pathlib import Path

import pytest

from app.simple.shelf import ENDINGS, GUARDED, PUBLIC, WHOLE, Sheet, Shelf


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path / "shelf")
    made.is_ours = True
    return made


@pytest.fixture
def stem(shelf):
    return shelf.page("main", 1, "flask")


def lay(shelf, stem, serial=7, body=b"a page"):
    shelf.lay(stem, {ending: [body] for ending in ENDINGS}, serial)


def test_a_page_that_was_laid_is_found_in_all_its_forms(shelf, stem):
    lay(shelf, stem)
    for ending in ENDINGS:
        assert shelf.find(stem, ending) == Sheet(6, 7, b"a page")


def test_what_was_never_laid_is_none(shelf, stem):
    assert shelf.find(stem, "json") is None


def test_a_page_has_the_time_of_which_nginx_makes_our_validator(shelf, stem):
    lay(shelf, stem)
    seconds = {ending: int(Path(f"{stem}.{ending}").stat().st_mtime) for ending in ENDINGS}
    assert seconds == {"html": 56, "json": 58, "html.gz": 60, "json.gz": 62}


def test_a_page_is_replaced_whole(shelf, stem):
    lay(shelf, stem, body=b"a long page")
    lay(shelf, stem, serial=8)
    assert shelf.find(stem, "json") == Sheet(6, 8, b"a page")


def test_a_page_that_was_taken_down_is_none(shelf, stem):
    lay(shelf, stem)
    shelf.take_down(stem)
    shelf.take_down(stem)
    assert not any(shelf.find(stem, ending) for ending in ENDINGS)


@pytest.mark.parametrize("size", [0, 3, 5])
def test_a_page_that_was_cut_short_is_none(shelf, stem, size):
    lay(shelf, stem)
    path = Path(f"{stem}.json")
    facts = path.stat()
    os.truncate(path, size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert shelf.find(stem, "json") is None


def test_a_long_page_stays_in_its_file(shelf, stem):
    lay(shelf, stem, body=b"x" * (WHOLE + 1))
    sheet = shelf.find(stem, "json")
    assert sheet.body.read() == b"x" * sheet.size
    sheet.close()
    assert sheet.body.closed


def test_a_page_that_could_not_be_written_leaves_nothing(shelf, stem, small_disk):
    with small_disk(), pytest.raises(OSError, match="File too large"):
        lay(shelf, stem, body=b"x" * 1_000)
    assert shelf.find(stem, "html") is None
    assert list((shelf.root / ".new").iterdir()) == []


def test_an_index_is_open_to_its_readers_only(shelf, stem):
    lay(shelf, stem)
    shelf.open_to("main", 1, PUBLIC)
    assert shelf.find(shelf.page("main", PUBLIC, "flask"), "json") is not None
    shelf.open_to("main", 2, GUARDED)
    assert shelf.is_open_to("main", 2, GUARDED)
    assert not shelf.is_open_to("main", 1, PUBLIC)
    assert shelf.find(shelf.page("main", PUBLIC, "flask"), "json") is None


def test_two_links_are_not_open_to_anybody_in_particular(shelf):
    shelf.open_to("main", 1, PUBLIC)
    (shelf.root / "main" / GUARDED).symlink_to("1")
    assert not shelf.is_open_to("main", 1, PUBLIC)


def test_other_generations_are_forgotten(shelf, stem):
    lay(shelf, stem)
    shelf.open_to("main", 2, PUBLIC)
    shelf.forget_others("main", 2)
    assert sorted(path.name for path in (shelf.root / "main").iterdir()) == ["2", PUBLIC]


def test_a_way_leads_to_the_bytes_and_is_withdrawn_with_its_metadata(shelf, tmp_path):
    blob = tmp_path / "blob"
    blob.write_bytes(b"a wheel")
    for name in ("a.whl", "a.whl.metadata"):
        shelf.lead(shelf.file("main", 1, "ab" * 32, name), blob)
    path = Path(shelf.file("main", 1, "ab" * 32, "a.whl"))
    assert path.read_bytes() == b"a wheel"
    shelf.withdraw("main", 1, "ab" * 32, "a.whl")
    assert list(path.parent.iterdir()) == []


def test_nothing_is_found_on_a_shelf_of_somebody_else(shelf, stem):
    lay(shelf, stem)
    shelf.is_ours = False
    assert shelf.find(stem, "json") is None


@pytest.mark.parametrize(
    ("mark", "serial", "is_kept"),
    [("ours", 7, True), ("theirs", 7, False), ("ours", 8, False), ("ours", 6, False)],
)
def test_a_shelf_is_kept_if_it_followed_this_database_to_its_last_change(
    shelf, stem, mark, serial, is_kept
):
    shelf.settle("ours", 0)
    lay(shelf, stem)
    shelf.note(7)
    Shelf(shelf.root).settle(mark, serial)
    assert (shelf.find(stem, "json") is not None) == is_kept
    assert shelf.made_of() == (mark, serial)


def test_a_cleared_shelf_is_empty_in_the_end(shelf, stem):
    lay(shelf, stem)
    shelf.open_to("main", 1, PUBLIC)
    shelf.clear()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(5)
    assert list(shelf.root.iterdir()) == []


def test_a_shelf_can_be_a_link_to_another_disk(shelf, stem, tmp_path):
    (tmp_path / "disk").mkdir()
    shelf.root.symlink_to(tmp_path / "disk")
    lay(shelf, stem)
    shelf.clear()
    assert shelf.root.is_symlink()
    assert shelf.find(stem, "json") is None
