"""Words in a table of PostgreSQL with an inverted index (GIN) over them.

Labels are lexemes beside the words, told apart by a mark that no word has.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, Integer, any_, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
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
from app.search.terms import LONGEST_TEXT, split_words

_MARK = ":"
# The weights tell the parts apart: name, summary and keywords, description, people.
_WEIGHTS = {IN_NAME: "A", IN_PEOPLE: "D"}

_PUT = text(
    "INSERT INTO listing_words (listing_id, index_id, popularity, words)"
    " VALUES (:listing_id, :index_id, :popularity,"
    " setweight(to_tsvector('english', :name), 'A')"
    " || setweight(to_tsvector('english', :summary), 'B')"
    " || setweight(to_tsvector('english', :description), 'C')"
    " || setweight(to_tsvector('english', :people), 'D')"
    " || array_to_tsvector(CAST(:tokens AS text[])))"
    " ON CONFLICT (listing_id) DO UPDATE SET index_id = EXCLUDED.index_id,"
    " popularity = EXCLUDED.popularity, words = EXCLUDED.words"
)
_MOVE = text("UPDATE listing_words SET popularity = :popularity WHERE listing_id = :listing_id")
_DROP = text("DELETE FROM listing_words WHERE listing_id = ANY(:numbers)").bindparams(
    bindparam("numbers", type_=ARRAY(Integer))
)
_KNOWN = text(
    "SELECT listing_id, popularity FROM listing_words WHERE listing_id = ANY(:numbers)"
).bindparams(bindparam("numbers", type_=ARRAY(Integer)))
_MATCH = (
    "SELECT listing_id, popularity FROM listing_words WHERE index_id = :index_id"
    " AND words @@ ({query}) ORDER BY popularity DESC, listing_id LIMIT :limit"
)
_STRAYS = text(
    "SELECT listing_id FROM listing_words WHERE NOT EXISTS"
    " (SELECT 1 FROM listing WHERE listing.id = listing_words.listing_id) LIMIT :limit"
)


class PostgresBackend(Backend):
    """The words of all projects, in one table."""

    @override
    def put(self, entries: Sequence[Entry]) -> None:
        # In one order everywhere, so that two writers never wait for each other in a circle.
        rows = [_row_of(each) for each in sorted(entries, key=lambda each: each.key.listing_id)]
        if rows:
            db.session.execute(_PUT, rows)

    @override
    def move(self, moves: Sequence[Move]) -> None:
        ordered = sorted(moves, key=lambda each: each.key.listing_id)
        rows = [
            {"listing_id": each.key.listing_id, "popularity": each.popularity} for each in ordered
        ]
        if rows:
            db.session.execute(_MOVE, rows)

    @override
    def drop(self, keys: Sequence[Key]) -> None:
        if keys:
            db.session.execute(_DROP, {"numbers": [key.listing_id for key in keys]})

    @override
    def match(
        self, index_ids: Sequence[int], query: Query, limit: int
    ) -> dict[int, dict[int, int]]:
        expression, facts = _expression(query)
        wanted = text(_MATCH.format(query=expression))
        found = {}
        for index_id in index_ids:
            rows = db.session.execute(wanted, {"index_id": index_id, "limit": limit} | facts)
            found[index_id] = {row.listing_id: row.popularity for row in rows}
        return found

    @override
    def known(self, keys: Sequence[Key]) -> set[int]:
        numbers = {key.listing_id: key.popularity for key in keys}
        rows = db.session.execute(_KNOWN, {"numbers": list(numbers)})
        return {row.listing_id for row in rows if numbers[row.listing_id] == row.popularity}

    @override
    def strays(self, limit: int) -> Iterator[list[int]]:
        # Rows go with their projects; only what was written beside that can be left.
        while numbers := list(db.session.scalars(_STRAYS, {"limit": limit})):
            yield numbers

    @override
    def drop_strays(self, strays: Sequence[int]) -> int:
        db.session.execute(_DROP, {"numbers": list(strays)})
        return len(strays)

    @override
    def among(self, column: ColumnElement[int], numbers: Collection[int]) -> ColumnElement[bool]:
        told = bindparam(None, list(numbers), type_=ARRAY(Integer), unique=True)
        return column == any_(told)


def _row_of(entry: Entry) -> dict[str, object]:
    return {
        "listing_id": entry.key.listing_id,
        "index_id": entry.key.index_id,
        "popularity": entry.key.popularity,
        "name": _plain(entry.name),
        "summary": _plain(f"{entry.summary} {entry.keywords}"),
        "description": _plain(entry.description),
        "people": _plain(entry.people),
        "tokens": [f"{_MARK}{token}" for token in entry.tokens],
    }


def _plain(words: str) -> str:
    # PostgreSQL's own parser would take "a.b" for a host and keep it whole.
    return " ".join(split_words(words, most_letters=LONGEST_TEXT))


def _expression(query: Query) -> tuple[str, dict[str, str]]:
    """Write a query as SQL with parameters; words have letters and digits only."""
    parts, facts = [], {}
    if query.readings:
        parts.append("to_tsquery('english', :words)")
        facts["words"] = " | ".join(f"({_reading(reading)})" for reading in query.readings)
    for place, tokens in enumerate(query.tokens):
        parts.append(f"CAST(:tokens_{place} AS tsquery)")
        facts[f"tokens_{place}"] = _any(tokens)
    if query.without:
        parts.append("!! CAST(:without AS tsquery)")
        facts["without"] = _any(query.without)
    return " && ".join(parts), facts


def _reading(groups: Sequence[Group]) -> str:
    return " & ".join(f"({_group(group)})" for group in groups)


def _group(group: Group) -> str:
    weight = _WEIGHTS.get(group.part, "")
    return " | ".join(f"({_term(term, weight)})" for term in group.terms)


def _term(term: Term, weight: str) -> str:
    ends = [weight] * (len(term.words) - 1) + [("*" if term.is_prefix else "") + weight]
    words = zip(term.words, ends, strict=True)
    between = " & " if term.may_stand_apart else " <-> "
    return between.join(f"'{word}'" + (f":{end}" if end else "") for word, end in words)


def _any(tokens: Collection[str]) -> str:
    return " | ".join(f"'{_MARK}{token}'" for token in sorted(tokens))
