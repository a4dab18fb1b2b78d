"""Loading the names of all projects of an upstream, so that searches find them.

The list is read into a file of its own first, sorted, and compared with what is
known, piece by piece. So memory stays small, no transaction is long, and a
loading that was interrupted is just done again.
"""

import codecs
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core import clock
from app.core.database import release_connection, transaction
from app.core.events import tell
from app.core.exceptions import Conflict
from app.core.i18n import _l
from app.extensions import db
from app.indexes.models import Index
from app.mirror.decoding import BodyTooLong, decode
from app.mirror.models import UpstreamState
from app.mirror.namelist import ACCEPT, read_names
from app.mirror.queries import list_copied
from app.mirror.upstream import Upstream, upstream_for
from app.projects.events import NamesLoaded
from app.projects.names import normalise
from app.search.queries import count_known, list_between
from app.search.services import forget_names, learn_names
from app.sources.base import LAST, NEXT

# So many names are compared and written at once.
BATCH = 5_000
# A list that is so much shorter than before is more likely broken than right.
_SHRUNK = 0.5
# Ten times what the longest list has.
_MOST_BYTES = 400 * 1024 * 1024


class ListShrunk(Conflict):
    """An upstream tells much fewer names than before."""

    code = "names-shrunk"
    message = _l("The upstream's list has less than half of the names it had; nothing was changed.")


class MirrorOff(Conflict):
    """A mirror has no upstream that could be asked."""

    code = "mirror-off"
    message = _l("This index copies nothing: set UPSTREAM_URL for it.")


@dataclass(frozen=True, kw_only=True)
class Follower:
    """Who watches a loading: told what is read, with the number of bytes, and what is written."""

    reading: Callable[[Iterable[bytes], int | None], Iterable[bytes]] = lambda chunks, _size: chunks
    writing: Callable[[Sequence[int]], Iterable[int]] = lambda batches: batches


@dataclass
class Loaded:
    """What a loading came to; `count` is the number of all names."""

    count: int = 0
    learned: int = 0
    forgotten: int = 0


def load_names(index: Index, follower: Follower | None = None) -> Loaded:
    """Bring the known names of a mirror up to date; raises `MirrorOff` or `ListShrunk`.

    Raises `UpstreamUnavailable` when the list cannot be had as a whole.
    """
    upstream, index_id, follower = upstream_for(index), index.id, follower or Follower()
    if upstream is None:
        raise MirrorOff
    before = db.session.get(UpstreamState, index_id)
    known = _Sign(before.names_etag, before.names_sha256) if before else _Sign()
    release_connection()
    with closing(_Spool()) as spool:
        sign = _read(upstream, known, spool, follower)
        loaded = Loaded() if sign == known else _write(index_id, spool, follower)
    _finish(index_id, sign, loaded)
    return loaded


def list_loaded() -> list[str]:
    """Return the slugs of the mirrors whose names were loaded once."""
    wanted = (
        select(Index.slug)
        .join(UpstreamState, UpstreamState.index_id == Index.id)
        .where(UpstreamState.names_at.is_not(None))
        .order_by(Index.slug)
    )
    return list(db.session.scalars(wanted))


@dataclass(frozen=True)
class _Sign:
    """What tells whether a list is still the one of the last time; two are equal if it is."""

    etag: str | None = field(default=None, compare=False)
    sha256: str | None = None


class _Spool:
    """Names in a file that nobody else sees and that goes with us, sorted."""

    def __init__(self) -> None:
        # For this address SQLite makes a file that has no name.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute("CREATE TABLE names (key TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def add(self, names: Iterable[str]) -> None:
        """Add names; of those that are the same, the first one stays."""
        rows = ((normalise(name), name) for name in names)
        self._file.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", rows)

    def count(self) -> int:
        """Return how many names there are."""
        return int(self._file.execute("SELECT count(*) FROM names").fetchone()[0])

    def next_from(self, key: str) -> dict[str, str]:
        """Return a batch of names from one on, by their normalised names."""
        wanted = "SELECT key, name FROM names WHERE key >= ? ORDER BY key LIMIT ?"
        return dict(self._file.execute(wanted, (key, BATCH)).fetchall())

    def close(self) -> None:
        """Let it go."""
        self._file.close()


def _read(upstream: Upstream, known: _Sign, spool: _Spool, follower: Follower) -> _Sign:
    """Read the list into the spool, unless it is the one that is known; return its sign."""
    headers = {"accept": ACCEPT} | ({"if-none-match": known.etag} if known.etag else {})
    with upstream.open_page(upstream.url, headers=headers) as stream:
        if stream is None:
            return known
        digest = hashlib.sha256()
        raw = follower.reading(stream.chunks(), stream.size)
        text = _texts(_bounded(decode(raw, stream.headers.get("content-encoding", ""))), digest)
        spool.add(read_names(text, stream.headers.get("content-type", "")))
        for _rest in text:
            # The digest is of all of it.
            pass
        return _Sign(stream.headers.get("etag"), digest.hexdigest())


def _write(index_id: int, spool: _Spool, follower: Follower) -> Loaded:
    """Write what is new and what has gone, in short transactions."""
    loaded = Loaded(count=spool.count())
    if loaded.count < count_known(index_id) * _SHRUNK:
        raise ListShrunk
    begin = ""
    for start in follower.writing(range(0, loaded.count, BATCH)):
        names = spool.next_from(begin)
        end = LAST if start + BATCH >= loaded.count else f"{max(names)}{NEXT}"
        _bring(index_id, names, (begin, end), loaded)
        begin = end
    return loaded


def _bring(index_id: int, names: dict[str, str], part: tuple[str, str], loaded: Loaded) -> None:
    """Let a part of the known names be these; those of which we have a copy stay."""
    known = list_between(index_id, *part)
    new = {key: name for key, name in names.items() if key not in known}
    gone = known - names.keys()
    gone -= list_copied(index_id, gone)
    release_connection()
    if not new and not gone:
        return
    with transaction():
        learn_names(index_id, new)
        forget_names(index_id, gone)
    loaded.learned += len(new)
    loaded.forgotten += len(gone)


def _finish(index_id: int, sign: _Sign, loaded: Loaded) -> None:
    with transaction() as session:
        state = session.get(UpstreamState, index_id)
        if state is None:
            state = UpstreamState(index_id=index_id, since=clock.now())
            session.add(state)
        state.names_at = clock.now()
        state.names_etag, state.names_sha256 = sign.etag, sign.sha256
        loaded.count = state.names_count = loaded.count or state.names_count
        if loaded.learned or loaded.forgotten:
            tell(NamesLoaded(index_slug=session.get_one(Index, index_id).slug))


def _texts(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in chunks:
        digest.update(chunk)
        yield decoder.decode(chunk)


def _bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > _MOST_BYTES:
            raise BodyTooLong
        yield chunk
