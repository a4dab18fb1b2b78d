"""Words in a full-text table of SQLite (FTS5).

The number of a row says of which index it is, how popular, and which project, in
that order. So those of one index lie together, the most popular first, and the
first thousand matches are found without a look at the others. Rows are written
in the order of their numbers: FTS5 closes a segment whenever one goes back.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from typing_extensions import override

from app.extensions import db
from app.search.backends.base import (
    IN_NAME,
    IN_PEOPLE,
    Backend,
    Entry,
    Group,
    Key,
    Move,
    Query,
    Term,
)

_INDEX_BITS, _STEP_BITS = 42, 32
_LAST_STEP = 1_000
_LISTING_MASK = (1 << _STEP_BITS) - 1
_STEP_MASK = (1 << (_INDEX_BITS - _STEP_BITS)) - 1
_STEP = 1_000

_COLUMNS = {
    IN_NAME: "{name}",
    IN_PEOPLE: "{people}",
}
_WORDS = "{name summary keywords description people}"

_PUT = (
    "INSERT INTO listing_words (rowid, name, summary, keywords, description, people, labels)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
# What `entry_of` reads, without strays, and with popularities that no number has rounded.
KEPT_WORDS = (
    "SELECT listing.index_id, listing.id, listing.popularity, kept.name, kept.summary,"  # noqa: S608 - numbers of our own
    " kept.keywords, kept.description, kept.people, kept.labels"
    " FROM listing_words AS kept JOIN listing"
    f" ON listing.id = kept.rowid & {_LISTING_MASK}"
    f" WHERE kept.rowid = (listing.index_id << {_INDEX_BITS})"
    f" | ({_LAST_STEP} - listing.popularity / {_STEP} << {_STEP_BITS}) | listing.id"
    " ORDER BY kept.rowid"
)
_DROP = "DELETE FROM listing_words WHERE rowid = ?"
_MOVE = text("UPDATE listing_words SET rowid = :new WHERE rowid = :old")
_MATCH = text(
    "SELECT rowid FROM listing_words WHERE listing_words MATCH :query"
    " AND rowid BETWEEN :begin AND :end ORDER BY rowid LIMIT :limit"
)
_ALL = text("SELECT id FROM listing_words_docsize WHERE id > :after ORDER BY id LIMIT :limit")
_KNOWN = text(
    "SELECT id FROM listing_words_docsize WHERE id IN (SELECT value FROM json_each(:ids))"
)
_LISTED = text(
    "SELECT id, index_id, popularity FROM listing WHERE id IN (SELECT value FROM json_each(:ids))"
)


class SqliteBackend(Backend):
    """The words of all projects, in one table."""

    @override
    def put(self, entries: Sequence[Entry]) -> None:
        rows = sorted(map(_row_of, entries))
        _run(_DROP, [row[:1] for row in rows])
        _run(_PUT, rows)

    @override
    def move(self, moves: Sequence[Move]) -> None:
        for each in moves:
            old = _number(each.key)
            new = _number(Key(each.key.index_id, each.key.listing_id, each.popularity))
            if old != new:
                db.session.execute(_MOVE, {"old": old, "new": new})

    @override
    def drop(self, keys: Sequence[Key]) -> None:
        _run(_DROP, [(number,) for number in sorted(map(_number, keys))])

    @override
    def match(
        self, index_ids: Sequence[int], query: Query, limit: int
    ) -> dict[int, dict[int, int]]:
        """Look into all indexes at once: the beginning of a word is dear, wherever it is.

        Only when those of some indexes are too many, the ones behind are asked by themselves.
        """
        expression, many = _expression(query), limit * len(index_ids)
        found: dict[int, dict[int, int]] = {index_id: {} for index_id in index_ids}
        numbers = _match(expression, min(index_ids), max(index_ids), many)
        for number in numbers:
            _keep(number, found, limit)
        if len(numbers) >= many:
            last = numbers[-1] >> _INDEX_BITS
            for index_id in (each for each in index_ids if each >= last):
                found[index_id].clear()
                for number in _match(expression, index_id, index_id, limit):
                    _keep(number, found, limit)
        return found

    @override
    def known(self, keys: Sequence[Key]) -> set[int]:
        numbers = {_number(key): key.listing_id for key in keys}
        ids = json.dumps(list(numbers))
        return {numbers[number] for number in db.session.scalars(_KNOWN, {"ids": ids})}

    @override
    def strays(self, limit: int) -> Iterator[list[int]]:
        after = 0
        while True:
            facts = {"after": after, "limit": limit}
            numbers = list(db.session.scalars(_ALL, facts))
            if not numbers:
                return
            after = numbers[-1]
            yield _list_strays(numbers)

    @override
    def drop_strays(self, strays: Sequence[int]) -> int:
        # Meanwhile a project may have come there.
        gone = _list_strays(strays)
        _run(_DROP, [(number,) for number in gone])
        return len(gone)

    @override
    def among(self, column: ColumnElement[int], numbers: Collection[int]) -> ColumnElement[bool]:
        told = func.json_each(json.dumps(list(numbers))).table_valued("value")
        return column.in_(select(told.c.value))


def entry_of(row: Sequence[Any]) -> Entry:
    """Return what was put in, from a row of `KEPT_WORDS` whose texts are bytes."""
    index_id, listing_id, popularity, *texts = row
    name, summary, keywords, description, people, labels = (kept.decode() for kept in texts)
    return Entry(
        key=Key(index_id, listing_id, popularity),
        name=name,
        summary=summary,
        keywords=keywords,
        description=description,
        people=people,
        tokens=tuple(labels.split()),
    )


def _list_strays(numbers: Sequence[int]) -> list[int]:
    """Return those numbers of rows that no listed project has."""
    ids = json.dumps([number & _LISTING_MASK for number in numbers])
    rows = db.session.execute(_LISTED, {"ids": ids})
    listed = {_number(Key(row.index_id, row.id, row.popularity)) for row in rows}
    return [number for number in numbers if number not in listed]


def _match(expression: str, first: int, last: int, limit: int) -> Sequence[int]:
    """Return the numbers of the first rows of some indexes that fit."""
    begin, end = first << _INDEX_BITS, (last + 1 << _INDEX_BITS) - 1
    facts = {"query": expression, "begin": begin, "end": end, "limit": limit}
    return db.session.scalars(_MATCH, facts).all()


def _keep(number: int, found: dict[int, dict[int, int]], limit: int) -> None:
    """Note a row that was found, unless it is of another index or those are enough."""
    popularities = found.get(number >> _INDEX_BITS)
    if popularities is not None and len(popularities) < limit:
        step = number >> _STEP_BITS & _STEP_MASK
        popularities[number & _LISTING_MASK] = (_LAST_STEP - step) * _STEP


def _number(key: Key) -> int:
    step = _LAST_STEP - key.popularity // _STEP
    return key.index_id << _INDEX_BITS | step << _STEP_BITS | key.listing_id


def _run(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        # Past SQLAlchemy, which takes as long for each row as SQLite.
        db.session.connection().exec_driver_sql(statement, list(rows))


def _row_of(entry: Entry) -> tuple[int | str, ...]:
    return (
        _number(entry.key),
        entry.name,
        entry.summary,
        entry.keywords,
        entry.description,
        entry.people,
        " ".join(entry.tokens),
    )


def _expression(query: Query) -> str:
    """Write a query in the language of FTS5; every word stands in quotes and has none in it."""
    parts = [" OR ".join(f"({_reading(reading)})" for reading in query.readings)]
    parts += [f"{{labels}} : ({_any(tokens)})" for tokens in query.tokens]
    wanted = " AND ".join(f"({part})" for part in parts if part)
    return f"({wanted}) NOT ({{labels}} : ({_any(query.without)}))" if query.without else wanted


def _reading(groups: Sequence[Group]) -> str:
    return " AND ".join(f"({_group(group)})" for group in groups)


def _group(group: Group) -> str:
    terms = " OR ".join(_term(term) for term in group.terms)
    return f"{_COLUMNS.get(group.part, _WORDS)} : ({terms})"


def _term(term: Term) -> str:
    phrases = term.words if term.may_stand_apart else (" ".join(term.words),)
    text = " AND ".join(f'"{phrase}"' for phrase in phrases) + (" *" if term.is_prefix else "")
    return f"({text})"


def _any(tokens: Collection[str]) -> str:
    return " OR ".join(f'"{token}"' for token in sorted(tokens))
