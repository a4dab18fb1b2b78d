"""Known names from a file."""

import pytest
from sqlalchemy import event, select

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.mirror import namefiles
from app.mirror.namefiles import BadNameFile, NotMirror, load_file
from app.search.facts import Facts
from app.search.finding import find
from app.search.models import Listing
from app.search.popularity import popularity_of
from app.search.queries import find_known
from app.search.services import list_project
from app.search.wishes import Wish

HEADER = "name\tversion\tsummary\trank\n"


@pytest.fixture
def load(mirror, tmp_path):
    """Give a function that loads lines below a header."""

    def load(*lines, header=HEADER, index="pypi"):
        path = tmp_path / "names.tsv"
        text = header + "".join(f"{line}\n" for line in lines)
        path.write_bytes(text.encode())
        return load_file(get_index(index), path)

    return load


def known(name):
    db.session.expire_all()
    return find_known(get_index("pypi").id, name)


def found(text):
    return [line.normalized_name for line in find(get_index(), Wish(text=text)).lines]


def test_names_of_a_file_are_found(load):
    listed = load("Six\t1.17\tBridges to Python 3\t7", "other-thing\t\t\t")
    assert (listed.count, listed.learned, listed.changed, listed.bad) == (2, 2, 0, 0)
    six = known("six")
    assert (six.name, six.version, six.summary, six.rank) == (
        "Six",
        "1.17",
        "Bridges to Python 3",
        7,
    )
    assert six.popularity == popularity_of(7)
    assert known("other-thing").version is None
    assert found("bridges") == ["six"]


def test_columns_stand_in_any_order_and_others_are_ignored(load):
    load("x\tA summary\tsix", header="stars\tSummary\tname\r\n")
    assert known("six").summary == "A summary"


def test_what_has_not_changed_is_not_written_again(load, mirror):
    lines = ("six\t1.17\tBridges\t7", "attrs\t25\tClasses\t9")
    load(*lines)
    written = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_c, _cursor, statement, *_rest):
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    listed = load(*lines)
    event.remove(db.engine, "before_cursor_execute", note)
    assert (listed.count, listed.learned, listed.changed) == (2, 0, 0)
    assert written == []


def test_changed_lines_are_updated_and_found_by_their_new_words(load):
    load("six\t1.17\tBridges\t7", "attrs\t25\tClasses\t9")
    listed = load("six\t1.18\tTunnels\t", "attrs\t25\tClasses\t3")
    assert (listed.learned, listed.changed) == (0, 2)
    assert (known("six").version, known("six").rank, known("six").popularity) == ("1.18", None, 0)
    assert known("attrs").popularity == popularity_of(3)
    assert found("tunnels") == ["six"]
    assert found("bridges") == []
    assert found("classes") == ["attrs"]


def test_names_that_are_not_in_the_file_stay(load):
    load("six\t\t\t")
    load("attrs\t\t\t")
    assert known("six") is not None


def test_without_a_column_of_ranks_they_stay_as_they_are(load):
    load("six\t1\tx\t7")
    load("six\t2", header="name\tversion\n")
    assert (known("six").version, known("six").rank) == ("2", 7)


def test_nothing_in_a_cell_does_not_mean_that_there_is_nothing(load):
    load("six\t1\tBridges\t7")
    load("six\t\t\t7")
    assert (known("six").version, known("six").summary) == ("1", "Bridges")


def test_what_was_read_of_a_release_is_not_replaced(load, mirror):
    with transaction():
        facts = Facts(name="six", version="2", summary="Read", updated_at=clock.now())
        list_project(mirror.id, facts)
    load("six\t1\tFrom a list\t7")
    assert (known("six").version, known("six").summary, known("six").rank) == ("2", "Read", 7)


@pytest.mark.parametrize(
    "line",
    [
        "six",
        "six\t1\t2\t3\t4",
        "\t1\tno name\t",
        "bad name!\t1\tx\t",
        "six\t1\tx\tseven",
        "six\t1\tx\t-1",
        "six\t1\tx\t0",
        "six\t1\tx\t" + "9" * 5_000,
        "six\t" + "1" * 300 + "\tx\t",
        "six\t1\tnul\0\t",
        "six\t1\t" + "x" * 100_000 + "\t",
        "x" * 300 + "\t1\tx\t",
    ],
)
def test_bad_lines_are_left_out_and_told_by_their_numbers(load, line):
    listed = load("good\t1\tx\t", line, "", "fine\t1\tx\t")
    assert (listed.count, listed.bad, listed.bad_lines) == (2, 1, [3])


def test_bytes_that_are_no_text_are_a_bad_line(load, mirror, tmp_path):
    path = tmp_path / "names.tsv"
    path.write_bytes(b"\xef\xbb\xbfname\tsummary\nsix\t\xff\xfe\nattrs\tx")
    listed = load_file(get_index("pypi"), path)
    assert (listed.count, listed.bad_lines) == (1, [2])


def test_only_the_first_bad_lines_are_told(load):
    listed = load(*("?" for _ in range(50)))
    assert (listed.bad, listed.bad_lines) == (50, list(range(2, 22)))


def test_of_lines_with_the_same_name_the_first_counts(load):
    listed = load("a.b\t1\tfirst\t", "A-B\t2\tsecond\t")
    assert (listed.count, listed.repeated, listed.bad) == (1, 1, 0)
    assert known("a-b").summary == "first"


@pytest.mark.parametrize("header", ["", "six\t1.17\tx\t7\n", "summary\trank\n", "name\tname\n"])
def test_without_names_of_columns_nothing_is_loaded(load, header):
    with pytest.raises(BadNameFile):
        load("six\t1", header=header)
    assert known("six") is None


def test_an_index_that_is_no_mirror_has_no_known_names(load):
    with pytest.raises(NotMirror):
        load("six\t1\tx\t", index="main")


def test_no_transaction_writes_more_than_one_batch(load, monkeypatch):
    monkeypatch.setattr(namefiles, "BATCH", 10)
    written = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_c, _cursor, statement, parameters, _context, executemany):
        if statement.startswith("INSERT INTO listing ("):
            written.append(len(parameters) if executemany else 1)

    load(*(f"p{number}\t\t\t" for number in range(25)))
    event.remove(db.engine, "before_cursor_execute", note)
    assert written == [10, 10, 5]
    assert db.session.scalars(select(Listing.name)).all() == sorted(
        f"p{number}" for number in range(25)
    )


def test_the_command_tells_what_it_did(mirror, house, tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text(HEADER + "six\t1\tx\t\n?\nSix\t\t\t\n", "utf-8")
    result = house.test_cli_runner().invoke(args=["mirror", "names", "--file", str(path)])
    assert result.exit_code == 0, result.output
    assert "1 names: 1 new, 0 changed." in result.output
    assert "1 lines repeat a name; the first one of each counts." in result.output
    assert "1 lines make no sense and were left out: 3" in result.output
    assert "UPSTREAM_URL" not in result.output


def test_the_command_says_when_nobody_can_install_what_is_found(mirror, house, tmp_path):
    get_index("pypi").upstream_url = None
    db.session.commit()
    path = tmp_path / "names.tsv"
    path.write_text(HEADER + "six\t1\tx\t\n", "utf-8")
    result = house.test_cli_runner().invoke(args=["mirror", "names", "--file", str(path)])
    assert "can install them once UPSTREAM_URL is set." in result.output
    assert found("six") == ["six"]


def test_the_command_refuses_a_file_without_columns_in_one_sentence(mirror, house, tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("six\n", "utf-8")
    result = house.test_cli_runner().invoke(args=["mirror", "names", "--file", str(path)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: The first line must name the columns")
    assert len(result.output.splitlines()) == 1
