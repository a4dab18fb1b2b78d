from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from app.sources.histories import choose, choose_stable, find_line, list_lines


@dataclass(frozen=True)
class Shipped:
    version: str
    uploaded_at: datetime | None = None
    is_yanked: bool = False
    yanked_reason: str = ""


def lines_of(*versions, yanked=()):
    files = [Shipped(version, is_yanked=version in yanked) for version in versions]
    return list_lines(versions, files)


def test_newest_comes_first_and_what_pep_440_does_not_know_last():
    lines = lines_of("1.0", "dev-r7", "1.10", "1.9", "2.0rc1", "2004d")
    assert [line.version for line in lines] == ["2.0rc1", "1.10", "1.9", "1.0", "dev-r7", "2004d"]


@pytest.mark.parametrize(
    ("versions", "yanked", "chosen", "stable"),
    [
        (("1.0", "2.0", "3.0rc1"), (), "2.0", "2.0"),
        (("1.0", "2.0"), ("2.0",), "1.0", "1.0"),
        (("1.0rc1", "1.0rc2"), (), "1.0rc2", None),
        (("1.0rc1", "1.0"), ("1.0",), "1.0rc1", None),
        (("1.0", "2.0"), ("1.0", "2.0"), "2.0", None),
        (("a-b", "c-d"), (), "c-d", None),
        (("a-b", "1.0"), ("1.0",), "a-b", None),
    ],
)
def test_people_should_install_what_a_source_says(versions, yanked, chosen, stable):
    lines = lines_of(*versions, yanked=yanked)
    assert choose(lines).version == chosen
    assert getattr(choose_stable(lines), "version", None) == stable


def test_nothing_is_chosen_of_nothing():
    assert choose(()) is None


def test_a_release_is_yanked_when_all_its_files_are():
    some = [Shipped("1.0", is_yanked=True, yanked_reason="bad"), Shipped("1.0")]
    [line] = list_lines((), some)
    assert (line.is_yanked, line.yanked_reason, line.file_count) == (False, "", 2)
    [line] = list_lines((), some[:1] * 2)
    assert (line.is_yanked, line.yanked_reason) == (True, "bad")


def test_a_release_is_as_old_as_its_first_file():
    times = [datetime(2024, month, 1, tzinfo=UTC) for month in (3, 1, 2)]
    [line] = list_lines((), [*(Shipped("1.0", at) for at in times), Shipped("1.0")])
    assert line.published_at == times[1]
    [line] = list_lines((), [Shipped("1.0")])
    assert line.published_at is None


def test_a_version_without_files_is_no_release():
    assert list_lines(("1.0", "2.0"), [Shipped("1.0")])[0].version == "1.0"


@pytest.mark.parametrize(
    ("asked", "found"),
    [("1.0", "1.0"), ("1.0.0", "1.0"), ("v1", "1.0"), ("x-1", "x-1"), ("3", None), ("?", None)],
)
def test_a_release_is_found_in_any_spelling(asked, found):
    line = find_line(lines_of("1.0", "2.0", "x-1"), asked)
    assert (line.version if line else None) == found
