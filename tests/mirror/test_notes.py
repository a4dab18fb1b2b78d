import pytest

from app.mirror.flights import forget_notes
from app.mirror.notes import Note


@pytest.fixture
def path(house):
    return house.config["DATA_DIR"] / "mirror" / "a-note"


def test_the_first_holds_it_and_others_read_on(path):
    mine, theirs = Note.open(path), Note.open(path)
    assert (mine.is_mine, theirs.is_mine) == (True, False)
    mine.write(path="x", size=1)
    assert theirs.read_on() == [{"path": "x", "size": 1}]
    mine.write(sha256="y")
    assert theirs.read_on() == [{"sha256": "y"}]
    mine.close()
    theirs.close()
    assert not path.exists()


def test_what_was_written_last_is_read_after_it_was_removed(path):
    mine, theirs = Note.open(path), Note.open(path)
    mine.write(code="x")
    mine.close()
    assert theirs.hold()
    assert theirs.read_on() == [{"code": "x"}]
    theirs.close()


def test_half_a_line_waits_for_its_end(path):
    mine, theirs = Note.open(path), Note.open(path)
    with path.open("ab") as file:
        file.write(b'{"code":')
        file.flush()
        assert theirs.read_on() == []
        file.write(b'"x"}\n')
    assert theirs.read_on() == [{"code": "x"}]
    mine.close()
    theirs.close()


def test_one_that_was_left_is_begun_anew(path):
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"path":"of the dead","size":1}\n')
    with_new = Note.open(path)
    assert with_new.is_mine
    assert with_new.read_on() == []
    with_new.close()


def test_who_closes_one_that_was_removed_leaves_the_new_one(path):
    old = Note.open(path)
    path.unlink()
    new = Note.open(path)
    old.close()
    assert path.exists()
    new.close()


def test_notes_of_the_dead_are_removed_and_others_stay(mirror, path):
    held = Note.open(path)
    left = path.with_name("another")
    left.write_text('{"path":"of the dead","size":1}\n')
    forget_notes()
    assert (path.exists(), left.exists()) == (True, False)
    held.close()
