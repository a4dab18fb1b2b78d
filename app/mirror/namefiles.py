"""Loading known names from a file: tab-separated, with a line that names the columns.

As with an upstream's own list, it goes into a file of its own first, sorted, and is
compared with what is known piece by piece.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.core.database import release_connection, transaction
from app.core.events import tell
from app.core.exceptions import Conflict, Invalid
from app.core.i18n import _l
from app.indexes.models import Index
from app.indexes.queries import MIRROR, get_index
from app.indexes.services import show_known_names
from app.indexes.upstreams import find_host
from app.mirror.loading import Follower
from app.projects.events import NamesLoaded
from app.projects.names import is_valid, normalise
from app.projects.versions import LONGEST
from app.search.learning import Told, compare, learn

NAME, VERSION, SUMMARY, RANK = COLUMNS = ("name", "version", "summary", "rank")
# So many names are compared and written at once.
BATCH = 5_000
# So many bad lines are told by their numbers.
MOST_TOLD = 20
_LONGEST_LINE = 64 * 1024
_LONGEST_SUMMARY = 1_000
_RANK = re.compile("([1-9][0-9]{0,8})?")
_CHUNK = 256 * 1024


class BadNameFile(Invalid):
    """A file does not begin with a line that names its columns."""

    code = "bad-name-file"
    message = _l(
        "The first line must name the columns, with tabs between them: name, and any of version, "
        "summary and rank."
    )


class NotMirror(Conflict):
    """An index copies no upstream, and so knows no names of one."""

    code = "not-mirror"
    message = _l("This index is no mirror; what is in it was published there.")


@dataclass
class Listed:
    """What a file came to; `repeated` lines have a name that stood in one before."""

    count: int = 0
    learned: int = 0
    changed: int = 0
    repeated: int = 0
    bad: int = 0
    bad_lines: list[int] = field(default_factory=list)

    def note_bad(self, number: int) -> None:
        """Note that a line makes no sense."""
        self.bad += 1
        if len(self.bad_lines) < MOST_TOLD:
            self.bad_lines.append(number)


def load_file(index: Index, path: Path, follower: Follower | None = None) -> Listed:
    """Let a mirror know the projects of a file, and leave those that are not in it.

    Raises `NotMirror`, or `BadNameFile` when the columns have no names.
    """
    if index.kind != MIRROR:
        raise NotMirror
    index_id, slug, follower = index.id, index.slug, follower or Follower()
    release_connection()
    listed = Listed()
    with closing(_Spool()) as spool, path.open("rb") as stream:
        raw = iter(lambda: stream.read(_CHUNK), b"")
        lines = _lines(follower.reading(raw, path.stat().st_size))
        columns = _read_columns(next(lines, b""))
        spool.add(_read_rows(lines, columns, listed))
        listed.count = spool.count()
        listed.repeated -= listed.count
        _write(index_id, spool, listed, follower, with_ranks=RANK in columns)
    _finish(slug, listed)
    return listed


def _finish(slug: str, listed: Listed) -> None:
    with transaction():
        if listed.learned:
            tell(NamesLoaded(index_slug=slug))
        index = get_index(slug)
        if find_host(index) is None:
            show_known_names(index)


class _Spool:
    """Rows in a file that nobody else sees and that goes with us, sorted by their names."""

    def __init__(self) -> None:
        # For this address SQLite makes a file that has no name.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(
            "CREATE TABLE told (key TEXT PRIMARY KEY, name TEXT, version TEXT, summary TEXT,"
            " rank INTEGER) WITHOUT ROWID"
        )
        self._file.execute("BEGIN")

    def add(self, rows: Iterable[Told]) -> None:
        """Add rows; of those with the same name, the first one stays."""
        values = (
            (normalise(row.name), row.name, row.version, row.summary, row.rank) for row in rows
        )
        self._file.executemany("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?)", values)

    def count(self) -> int:
        """Return how many names there are."""
        return int(self._file.execute("SELECT count(*) FROM told").fetchone()[0])

    def next_after(self, key: str) -> list[Told]:
        """Return a batch of rows behind a name."""
        wanted = "SELECT name, version, summary, rank FROM told WHERE key > ? ORDER BY key LIMIT ?"
        rows = self._file.execute(wanted, (key, BATCH))
        return [
            Told(name=name, version=version, summary=summary, rank=rank)
            for name, version, summary, rank in rows
        ]

    def close(self) -> None:
        """Let it go."""
        self._file.close()


def _write(
    index_id: int, spool: _Spool, listed: Listed, follower: Follower, *, with_ranks: bool
) -> None:
    """Write what is new or has changed, in short transactions."""
    last = ""
    for _start in follower.writing(range(0, listed.count, BATCH)):
        told = spool.next_after(last)
        last = told[-1].normalized_name
        news = compare(index_id, told, with_ranks=with_ranks)
        release_connection()
        if news.is_empty:
            continue
        with transaction():
            learn(index_id, news, with_ranks=with_ranks)
        release_connection()
        listed.learned += len(news.new)
        listed.changed += len(news.changed)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines; of one that is too long only the beginning."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        rest = rest[: _LONGEST_LINE + 1]
    if rest:
        yield rest


def _read_columns(line: bytes) -> list[str]:
    columns = [name.strip().lower() for name in line.decode("utf-8-sig", "replace").split("\t")]
    if columns.count(NAME) != 1 or any(columns.count(name) > 1 for name in COLUMNS):
        raise BadNameFile
    return columns


def _read_rows(lines: Iterable[bytes], columns: Sequence[str], listed: Listed) -> Iterator[Told]:
    """Yield what good lines tell, and count them as `repeated` until they are compared."""
    places = {name: columns.index(name) for name in COLUMNS if name in columns}
    # The first line named the columns.
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        row = _read_row(line, places, len(columns))
        if row is None:
            listed.note_bad(number)
        else:
            listed.repeated += 1
            yield row


def _read_row(line: bytes, places: dict[str, int], width: int) -> Told | None:
    """Return what a line tells, or None if it makes no sense."""
    try:
        cells = line.rstrip(b"\r").decode("utf-8").split("\t")
    except UnicodeDecodeError:
        return None
    if len(cells) != width or len(line) > _LONGEST_LINE or b"\0" in line:
        return None
    name, version, summary, rank = (_cell(cells, places.get(column)) for column in COLUMNS)
    if not is_valid(name) or len(version) > LONGEST or not _RANK.fullmatch(rank):
        return None
    return Told(
        name=name,
        version=version,
        summary=summary[:_LONGEST_SUMMARY],
        rank=int(rank) if rank else None,
    )


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else " ".join(cells[place].split())
