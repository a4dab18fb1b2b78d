"""Rows of lists: what each project has in common with others, and how often that is."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from app.search.facts import Facts
from app.search.models import Label, LabelCount, ListingLabel
from app.search.popularity import popularity_of
from app.search.terms import plain
from bench.loading import load, next_number
from bench.metadata import Told

Row = dict[str, Any]
_ROWS = 50_000
_LABEL: Table = Label.__table__  # type: ignore[assignment]
_LISTING_LABEL: Table = ListingLabel.__table__  # type: ignore[assignment]
_LABEL_COUNT: Table = LabelCount.__table__  # type: ignore[assignment]


def make_listing(
    project: Row, latest: Row, told: Told, *, number: int, rank: int | None
) -> tuple[Row, list[tuple[str, str]]]:
    """Return the row of a listed project, and its labels."""
    facts = Facts(
        name=project["name"],
        keywords=told.keywords,
        people=(told.person,),
        license=told.license,
        classifiers=told.classifiers,
        requires_dist=told.needs,
    )
    row = {
        "id": number,
        "index_id": project["index_id"],
        "normalized_name": project["normalized_name"],
        "name": project["name"],
        "version": latest["version"],
        "summary": latest["summary"],
        "rank": rank,
        "plain_name": plain(project["normalized_name"]),
        "downloads": 0,
        "popularity": popularity_of(rank),
        "is_yanked": latest["yanked_at"] is not None,
        "created_at": project["created_at"],
        "updated_at": latest["published_at"],
    }
    return row, facts.labels()


class Labels:
    """Which listings have which labels, until all of them are known.

    They are written in the order of their numbers, which takes a fraction of the time.
    """

    def __init__(self, connection: Connection) -> None:
        there = connection.execute(select(Label.kind, Label.value, Label.id))
        self._numbers = {(kind, value): number for kind, value, number in there}
        self._old = set(self._numbers)
        self._next = next_number(connection, _LABEL)
        self._listings: dict[int, array[int]] = {}

    def note(self, listing: int, labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Note the labels of a listing, and return their numbers."""
        for label in labels:
            number = self._numbers.get(label)
            if number is None:
                number = self._numbers[label] = self._next
                self._next += 1
            self._listings.setdefault(number, array("L")).append(listing)
        return {label: self._numbers[label] for label in labels}

    def write(self, connection: Connection, index_id: int) -> None:
        """Write all labels, who has them, and how many do."""
        new = [label for label in self._numbers if label not in self._old]
        _load_all(connection, _LABEL, (self._row(*label) for label in new))
        _load_all(connection, _LISTING_LABEL, self._pairs())
        counts = self._add_counts(connection, index_id)
        connection.execute(delete(LabelCount).where(LabelCount.index_id == index_id))
        kinds = {number: kind for (kind, _value), number in self._numbers.items()}
        rows = (
            {"label_id": number, "index_id": index_id, "kind": kinds[number], "count": count}
            for number, count in sorted(counts.items())
        )
        _load_all(connection, _LABEL_COUNT, rows)

    def _row(self, kind: str, value: str) -> Row:
        return {"id": self._numbers[kind, value], "kind": kind, "value": value}

    def _pairs(self) -> Iterator[Row]:
        for number in sorted(self._listings):
            for listing in self._listings[number]:
                yield {"label_id": number, "listing_id": listing}

    def _add_counts(self, connection: Connection, index_id: int) -> dict[int, int]:
        kept = select(LabelCount.label_id, LabelCount.count).where(LabelCount.index_id == index_id)
        counts = {number: int(count) for number, count in connection.execute(kept)}
        for number, listings in self._listings.items():
            counts[number] = counts.get(number, 0) + len(listings)
        return counts


def _load_all(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == _ROWS:
            load(connection, table, some)
            some = []
    load(connection, table, some)
