import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.stats import weblog
from app.stats.agents import OTHER, UNKNOWN, Agent
from app.stats.counter import Download
from app.stats.weblog import REMEMBERED, BrokenLine, find_download, read_new
from tests.stats.nginx import SHA256, Nginx, copy, line, rotate, truncate

DAY = date(2026, 5, 1)
WHEEL = "foo-1.0-py3-none-any.whl"


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "downloads.log"


@pytest.fixture
def nginx(log) -> Iterator[Nginx]:
    with closing(Nginx(log)) as nginx:
        yield nginx


class Reader:
    """Reads a log on and on, and remembers what it found."""

    def __init__(self, log):
        self.log, self.positions = log, {}
        self.counts, self.broken = Counter(), 0

    def read(self):
        reading = read_new(self.log, json.loads(json.dumps(self.positions)))
        self.positions = reading.positions
        self.counts += reading.counts
        self.broken += reading.broken
        return reading

    def read_all(self):
        while self.read().is_cut:
            pass


@pytest.fixture
def reader(log) -> Reader:
    return Reader(log)


def download(filename: str) -> Download:
    return Download(DAY, "main", SHA256, filename, Agent("pip", "", OTHER))


def once(*filenames: str) -> Counter[Download]:
    return Counter(map(download, filenames))


def test_a_line_tells_of_a_download():
    assert find_download(line(WHEEL)) == download(WHEEL)


def test_a_line_tells_who_downloads():
    agent = 'uv/0.9.1 {"python":"3.13.1","system":{"name":"Linux","release":"6.1"}}'
    assert find_download(line(WHEEL, agent=agent)).agent == Agent("uv", "3.13", "Linux")


@pytest.mark.parametrize("agent", [None, 7, [], "", "\0", "x" * 10_000])
def test_a_line_that_does_not_tell_who_downloads_counts(agent):
    assert find_download(line(WHEEL, agent=agent)).agent == UNKNOWN


def test_old_lines_without_the_program_count():
    fields = json.loads(line(WHEEL))
    del fields["agent"]
    assert find_download(json.dumps(fields).encode()).agent == UNKNOWN


@pytest.mark.parametrize("prefix", ["/pypi", "/a/files/b", f"/files/{SHA256}"])
def test_files_may_lie_behind_a_prefix(prefix):
    assert find_download(line(uri=f"{prefix}/files/{SHA256}/{WHEEL}")) == download(WHEEL)


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2026-05-01T23:59:59+00:00", DAY),
        ("2026-05-02T01:59:59+02:00", DAY),
        ("2026-04-30T19:00:00-05:00", DAY),
        ("2026-05-01T00:00:00Z", DAY),
    ],
)
def test_the_day_is_the_line_s_own_in_utc(time, day):
    assert find_download(line(time=time)).day == day


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=0-99", "bytes=0-0,5-9", "Bytes= 0 -1"])
def test_a_part_from_the_first_byte_on_counts(asked):
    assert find_download(line(status=206, range=asked)) is not None


@pytest.mark.parametrize(
    "facts",
    [
        {"status": 206, "range": "bytes=1-"},
        {"status": 206, "range": "bytes=10-"},
        {"status": 206, "range": "bytes=-100"},
        {"status": 206, "range": ""},
        {"status": 304},
        {"status": 404},
        {"status": 416, "range": "bytes=0-"},
        {"method": "HEAD"},
        {"method": "POST"},
        {"uri": f"/files/{SHA256}/{WHEEL}.metadata"},
        {"uri": f"/files/{SHA256}/"},
        {"uri": f"/files/{SHA256}/a/{WHEEL}"},
        {"uri": f"/files/{SHA256[1:]}/{WHEEL}"},
        {"uri": f"/files/{SHA256.upper()}/{WHEEL}"},
        {"uri": f"/files/{SHA256}/{WHEEL}\0"},
        {"uri": f"/files/{SHA256}/{WHEEL}\ud800"},
        {"uri": f"/files/{SHA256}/{'a' * 256}"},
        {"uri": "/simple/foo/"},
        {"uri": ""},
    ],
)
def test_other_lines_are_no_downloads(facts):
    assert find_download(line(**facts)) is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\n",
        b"\0\0\0\n",
        b"192.0.2.1 - - [01/May/2026:12:00:00 +0000] GET\n",
        b"[]\n",
        b"7\n",
        b"{}\n",
        b"[" * 100_000,
        b"9" * 10_000,
        line()[:-10],
        line()[:40] + line(),
        line(time="yesterday"),
        line(time="2026-05-01T12:00:00"),
        line(time="0001-01-01T00:00:00+14:00"),
        line(time=None),
        line(status="-"),
        line(status=None),
        line(status=1e999),
        line(status=206, range=None),
        line(uri=None),
    ],
)
def test_broken_lines_are_told_as_such(broken):
    with pytest.raises(BrokenLine):
        find_download(broken)


def test_a_client_may_call_itself_by_any_bytes():
    strange = line(WHEEL, agent="pip/X").replace(b"pip/X", b"pip/\xeb\xff")
    assert find_download(strange) == download(WHEEL)


def test_more_fields_and_another_order_do_no_harm():
    fields = json.loads(line(WHEEL, more="words"))
    assert find_download(json.dumps(dict(reversed(fields.items()))).encode()) == download(WHEEL)


def test_a_log_that_is_not_there_yet_has_nothing(reader):
    assert (reader.read().counts, reader.positions) == (Counter(), {})


def test_lines_are_counted_once(nginx, reader):
    nginx.write(line("a"), line("b"), line("a"))
    for _ in range(2):
        reader.read()
    nginx.write(line("b"))
    reader.read()
    assert reader.counts == {download("a"): 2, download("b"): 2}


def test_nothing_is_lost_with_a_reading_that_was_not_kept(nginx, log):
    nginx.write(line("a"))
    assert read_new(log, {}).counts == read_new(log, {}).counts == once("a")


@pytest.mark.parametrize("size", [1, 50, len(line("b")) - 1])
@pytest.mark.parametrize("before", [[], [line("a")]])
def test_a_line_is_waited_for_until_it_is_complete(nginx, reader, before, size):
    nginx.write(*before)
    nginx.begin(line("b"), size)
    reader.read()
    assert download("b") not in reader.counts
    nginx.finish()
    reader.read()
    assert reader.counts == once(*["a"] * len(before), "b")


def test_broken_lines_are_skipped_and_counted(nginx, reader):
    nginx.write(b"\n", line("a"), b"broken\n", line("b"), b"{}\n")
    reader.read()
    assert (reader.counts, reader.broken) == (once("a", "b"), 3)


def test_a_log_that_was_written_in_another_form_is_read_on(nginx, reader):
    nginx.write(b"192.0.2.1 - - [01/May/2026] GET\n" * (weblog.HEAD // 32 + 1), line("a"))
    reader.read()
    nginx.write(line("b"))
    reader.read()
    assert reader.counts == once("a", "b")


def test_a_line_without_an_end_is_passed_over(nginx, reader):
    nginx.write(line("a"), b"\0" * (weblog.PIECE * 3), b"\n", line("b"))
    for _ in range(2):
        reader.read_all()
    assert reader.counts == once("a", "b")


def test_lines_from_before_and_after_a_rotation_are_counted(nginx, log, reader):
    nginx.write(line("a"))
    reader.read()
    nginx.write(line("b"))
    rotate(log)
    # nginx has not been told yet.
    nginx.write(line("c"))
    reader.read()
    nginx.write(line("d"))
    nginx.reopen()
    nginx.write(line("e"))
    reader.read()
    assert reader.counts == once("a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    "ending", [".1", ".12", "-20260501", "-2026-05-01", "-20260501-1714521600"]
)
def test_rotated_logs_are_found_by_their_names(nginx, log, reader, ending):
    nginx.write(line("a"))
    log.rename(f"{log}{ending}")
    reader.read()
    assert reader.counts == once("a")


@pytest.mark.parametrize("name", ["downloads.log.1.gz", "downloads.log~", "other.log", "downloads"])
def test_other_files_are_left_alone(nginx, log, reader, name):
    nginx.write(line("a"))
    log.rename(log.with_name(name))
    reader.read()
    assert reader.counts == {}


def test_what_cannot_be_opened_does_not_cost_the_others(nginx, log, reader):
    nginx.write(line("a"))
    log.with_name("downloads.log.1").mkdir()
    # As a log that is renamed after it was listed.
    log.with_name("downloads.log.2").symlink_to("nowhere")
    reader.read()
    assert reader.counts == once("a")


def test_a_log_that_was_copied_and_truncated_is_counted_once(nginx, log, reader):
    nginx.write(line("a", agent="pip/1"))
    reader.read()
    nginx.write(line("b"))
    copy(log)
    reader.read()
    nginx.write(line("c"))
    reader.read()
    truncate(log)
    nginx.write(line("d"))
    reader.read()
    assert reader.counts == once("a", "b", "c", "d")


def test_a_copy_that_is_not_complete_is_counted_once(nginx, log, reader):
    nginx.write(line("a"), line("b"), line("c"))
    reader.read()
    whole = copy(log).read_bytes()
    for size in range(0, len(whole), 10):
        Path(f"{log}.1").write_bytes(whole[:size])
        reader.read()
    assert reader.counts == once("a", "b", "c")


def test_a_new_file_with_an_old_inode_is_another_log(nginx, log, reader):
    nginx.write(line("a"), line("a"), line("a"))
    reader.read()
    inode = log.stat().st_ino
    truncate(log)
    nginx.write(*[line("b")] * 5)
    assert log.stat().st_ino == inode
    reader.read()
    assert reader.counts == once(*"aaabbbbb")


def test_logs_that_begin_with_an_empty_line_are_told_apart(nginx, log, reader):
    for name in "abc":
        nginx.write(b"\n", line(name))
        reader.read()
        rotate(log)
        nginx.reopen()
    assert reader.counts == once(*"abc")


@pytest.mark.parametrize(("logs", "lines", "most"), [(1, 10, 4), (5, 2, 4)])
def test_not_much_more_than_a_piece_is_read_at_once(
    nginx, log, reader, monkeypatch, logs, lines, most
):
    monkeypatch.setattr(weblog, "PIECE", 3 * len(line("0-0")))
    names = [[f"{n}-{k}" for k in range(lines)] for n in range(logs)]
    for group in names:
        nginx.write(*map(line, group))
        rotate(log)
        nginx.reopen()
    assert reader.read().is_cut
    assert sum(reader.counts.values()) == most
    reader.read_all()
    assert reader.counts == once(*sum(names, []))


def test_a_log_that_is_gone_is_forgotten_in_time(nginx, log, reader, now):
    moment = now(datetime(2026, 5, 1, tzinfo=UTC))
    nginx.write(line("a"))
    reader.read()
    log.unlink()
    now(moment + REMEMBERED)
    reader.read()
    assert len(reader.positions) == 1
    now(moment + REMEMBERED + timedelta(days=1))
    reader.read()
    assert reader.positions == {}


def test_a_log_that_is_there_is_never_forgotten(nginx, reader, now):
    moment = now(datetime(2026, 5, 1, tzinfo=UTC))
    nginx.write(line("a"))
    for _ in range(3):
        reader.read()
        moment = now(moment + 2 * REMEMBERED)
    assert reader.counts == once("a")


def test_a_log_out_of_sight_for_a_moment_is_counted_once(nginx, log, reader):
    nginx.write(line("a"))
    reader.read()
    hidden = log.rename(log.with_name("elsewhere"))
    reader.read()
    hidden.rename(log)
    reader.read()
    assert reader.counts == once("a")


def test_nobody_s_address_is_kept(nginx, reader):
    nginx.write(line("a", address="192.0.2.1", agent="curl/8 (192.0.2.2)"))
    assert "192.0.2" not in repr(reader.read())


DEEDS = ["write", "write", "begin", "broken", "rotate", "reopen", "copy", "read", "kill", "drop"]


class House:
    """A house where everything happens at any time."""

    def __init__(self, folder: str) -> None:
        self.log = Path(folder, "log")
        self.nginx, self.reader = Nginx(self.log), Reader(self.log)
        self.written: list[str] = []

    def make_line(self) -> bytes:
        self.written.append(f"{len(self.written)}.whl")
        return line(self.written[-1])

    def do(self, deed: str, size: int) -> None:
        getattr(self, deed)(size)

    def write(self, size: int) -> None:
        self.nginx.write(*(self.make_line() for _ in range(size % 5)))

    def begin(self, size: int) -> None:
        self.nginx.begin(self.make_line(), size)

    def broken(self, size: int) -> None:
        self.nginx.write(b"\n" * (size % 3), b"{broken\n")

    def rotate(self, _size: int) -> None:
        rotate(self.log)

    def reopen(self, _size: int) -> None:
        self.nginx.reopen()

    def copy(self, size: int) -> None:
        # Half a line would be lost, which is why logrotate warns of this way.
        self.nginx.finish()
        whole = copy(self.log).read_bytes()
        Path(f"{self.log}.1").write_bytes(whole[: size * 3])
        self.read(size)
        Path(f"{self.log}.1").write_bytes(whole)
        truncate(self.log)

    def read(self, _size: int) -> None:
        self.reader.read()

    def kill(self, _size: int) -> None:
        read_new(self.log, self.reader.positions)

    def drop(self, _size: int) -> None:
        self.nginx.reopen()
        self.reader.read_all()
        for path in self.log.parent.glob("log.[3-9]"):
            path.unlink()


@settings(max_examples=300, deadline=None)
@given(
    piece=st.sampled_from([1, 100, 250, 1_000, 100_000]),
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 180)), max_size=40),
)
def test_every_line_is_counted_once_whatever_happens(piece, deeds):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(weblog, "PIECE", piece)
        house = House(folder)
        for deed, size in deeds:
            house.do(deed, size)
        house.nginx.close()
        house.reader.read_all()
    assert house.reader.counts == once(*house.written)
