"""Bringing cargo over: many rows at a time, and in the same transaction how far it came."""

from collections.abc import Iterator, Sequence
from itertools import islice

from app.core.database import release_connection, transaction
from app.moving.aside import set_aside
from app.moving.cargo import Cargo, empty
from app.moving.rows import Tally
from app.moving.source import Row
from app.moving.state import COPIED, PATIENCE_SECONDS, find_fact, note

BATCH = 20_000


def bring(cargo: Cargo) -> Iterator[Sequence[Row]]:
    """Bring rows over and yield them, part by part; behind the last the tally is noted.

    What an earlier attempt brought is left as it is, if the source still says the
    same; else the table is emptied and begun anew.
    """
    known, tally, rows = find_tally(cargo.name), Tally(), cargo.rows()
    release_connection()
    while part := list(islice(rows, min(BATCH, known.count - tally.count))):
        tally.add(cargo.lines(part))
        yield part
    if tally != known:
        tally, rows = begin_anew(cargo), cargo.rows()
    while part := list(islice(rows, BATCH)):
        _deliver(cargo, part, tally)
        yield part


def begin_anew(cargo: Cargo) -> Tally:
    """Empty a table of the target and return the tally of what is in it now."""
    tally = Tally()
    set_aside(cargo.name)
    with transaction(patience=PATIENCE_SECONDS):
        empty(cargo.name)
        _note(cargo, tally)
    return tally


def find_tally(name: str) -> Tally:
    """Return the tally of what was brought already."""
    facts = find_fact(COPIED, name)
    return Tally() if facts is None else Tally(facts["count"], int(facts["digest"], 16))


def _deliver(cargo: Cargo, part: Sequence[Row], tally: Tally) -> None:
    set_aside(cargo.name)
    with transaction(patience=PATIENCE_SECONDS):
        cargo.deliver(part, tally)
        _note(cargo, tally)


def _note(cargo: Cargo, tally: Tally) -> None:
    note(COPIED, cargo.name, {"count": tally.count, "digest": tally.digest})
