import json
import os

import pytest

from app.core.meters import Meters, kinds
from app.core.meters import registry as meters_registry
from app.core.meters.kinds import Kind
from app.core.meters.sheets import Sheet, Sheets, add_up

SEEN = Kind("seen", "What was seen.", ("colour",))
WAITED = Kind("waited", "How long.", (), (1.0, 5.0))


@pytest.fixture
def meters(tmp_path):
    """Meters that write only when they are told to."""
    return Meters(tmp_path / "metrics", pause=3600)


def in_child(work):
    """Do work in a process of its own that ends without a word, and wait for it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def total(meters, *series):
    return add_up(meters.sum_up()).get(series)


def test_a_figure_is_named_once_beside_what_it_counts(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    assert kinds.kind("tests", "A test.", "colour") == Kind("tests", "A test.", ("colour",))
    assert [found.name for found in kinds.list_kinds()] == ["tests"]


def test_counts_and_values_add_up(meters):
    meters.count(SEEN, "red")
    meters.count(SEEN, "red", amount=2)
    for value in (0.5, 1.0, 3.0, 60.0):
        meters.observe(WAITED, value=value)
    counts = meters.read().counts
    assert counts["seen", "red"] == [3]
    assert counts["waited",] == [2, 1, 1, 64.5]


def test_a_number_in_a_list_is_one_of_them(meters):
    numbers = meters.tally(SEEN, [("red",), ("blue",)])
    numbers[1] += 1
    assert meters.read().counts["seen", "blue"] == [1]
    assert meters.tally(SEEN, [("red",), ("blue",)]) is numbers


def test_all_processes_are_summed_up_those_that_have_ended_too(meters):
    def work() -> None:
        numbers[0] += 5
        meters.count(SEEN, "blue")
        meters.write()

    numbers = meters.tally(SEEN, [("red",)])
    numbers[0] += 1
    in_child(work)
    in_child(work)
    assert total(meters, "seen", "red") == [11]
    assert total(meters, "seen", "blue") == [2]


def test_restarts_leave_no_files_behind(meters, tmp_path):
    for _ in range(5):
        in_child(lambda: (meters.count(SEEN, "red"), meters.write()))
    meters.sum_up()
    left = sorted(path.suffix for path in (tmp_path / "metrics").iterdir())
    # A sheet and a sign of life of its own, the sheet of all that have ended, and a lock.
    assert left == ["", ".alive", ".json", ".json"]
    assert total(meters, "seen", "red") == [5]


def test_who_is_killed_while_adding_up_counts_nothing_twice(meters, tmp_path, monkeypatch):
    in_child(lambda: (meters.count(SEEN, "red"), meters.write()))
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", lambda *_, **__: pytest.fail("killed here"))
        with pytest.raises(pytest.fail.Exception):
            meters.sum_up()
    assert total(meters, "seen", "red") == [1]
    assert total(meters, "seen", "red") == [1]


def test_who_is_killed_while_writing_leaves_the_sheet_before(meters, tmp_path):
    def die() -> None:
        meters.count(SEEN, "red")
        meters.write()
        sheet = next(path for path in (tmp_path / "metrics").glob("*.json") if path.stem != "ended")
        sheet.with_suffix(".draft").write_text('{"counts": [[["seen", "red"], [99')

    in_child(die)
    assert total(meters, "seen", "red") == [1]
    assert list((tmp_path / "metrics").glob("*.draft")) == []


@pytest.mark.parametrize("rubbish", ["", "{", "[]", "null", '{"counts": [[1]]}', "\0" * 50])
def test_a_sheet_that_the_disk_has_spoilt_is_empty(meters, tmp_path, rubbish):
    in_child(lambda: (meters.count(SEEN, "red"), meters.write()))
    for path in (tmp_path / "metrics").glob("*.json"):
        path.write_text(rubbish)
    meters.count(SEEN, "red")
    assert total(meters, "seen", "red") == [1]


def test_a_folder_that_was_removed_is_made_again(meters, tmp_path):
    meters.sum_up()
    for path in (tmp_path / "metrics").iterdir():
        path.unlink()
    (tmp_path / "metrics").rmdir()
    meters.count(SEEN, "red")
    assert total(meters, "seen", "red") == [1]


def test_a_full_disk_costs_figures_and_nothing_else(meters, small_disk, caplog):
    for number in range(20):
        meters.count(SEEN, f"colour {number}")
    with small_disk():
        meters.write()
    assert "figures are not written down" in caplog.text
    meters.write()
    assert total(meters, "seen", "colour 7") == [1]


def test_series_do_not_grow_without_end(meters, monkeypatch):
    monkeypatch.setattr(meters_registry, "MOST_SERIES", 10)
    for number in range(50):
        meters.count(SEEN, str(number))
    assert len(meters.read().counts) == 10


def test_a_series_that_got_another_form_begins_anew():
    old, new = Sheet(counts={("waited",): [1, 2, 3]}), Sheet(counts={("waited",): [1, 2]})
    assert add_up([old, new]) == {("waited",): [1, 2]}


def test_sheets_are_for_their_owner_alone(meters, tmp_path):
    meters.sum_up()
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "metrics").iterdir()} == {0}


def test_samples_are_looked_up_when_they_are_written(meters):
    values = iter([1, 2, 3])
    meters.sample("waiting", lambda: next(values))
    assert [meters.read().samples["waiting"] for _ in range(2)] == [1, 2]


def test_what_has_not_changed_is_not_written_again(meters, tmp_path):
    meters.count(SEEN, "red")
    meters.write()
    (sheet,) = (tmp_path / "metrics").glob("*.json")
    sheet.unlink()
    meters.write()
    assert not sheet.exists()


def test_a_sheet_is_read_as_it_was_written(tmp_path):
    sheet = Sheet(counts={("a", "b"): [1.0]}, samples={"c": 2.0})
    sheets = Sheets(tmp_path)
    sheets.keep(sheet)
    assert sheets.read_all() == [Sheet(), sheet]
    assert json.loads(next(tmp_path.glob("*.json")).read_text())["samples"] == {"c": 2}
