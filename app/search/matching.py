"""The listed projects of a scope that fit what is looked for, the most popular first."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import HOSTED
from app.search.backends import the_backend
from app.search.backends.base import Query, Reading
from app.search.filters import Filters
from app.search.models import Listing
from app.search.scopes import Scope
from app.search.scoring import lift
from app.search.wishes import MOST_MATCHES, NAME, NEWEST

_COLUMNS = (
    Listing.id,
    Listing.index_id,
    Listing.normalized_name,
    Listing.updated_at,
    Listing.facets,
)
_COUNTED = select(Listing.id, Listing.index_id, Listing.popularity)
# Stands behind every normalised name, and sorts behind all that one can hold.
_END = "~"


class Match(NamedTuple):
    """A listed project that fits; `popularity` is that which it has in searches.

    `facets` are as in its listing. There are thousands of these, so it is a tuple.
    """

    id: int
    index_id: int
    normalized_name: str
    updated_at: datetime | None
    facets: str
    popularity: int


@dataclass(frozen=True)
class Numbers:
    """Popularities in searches by the numbers of listed projects, the most popular first.

    `is_more` says that there are others.
    """

    found: dict[int, int]
    is_more: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where is looked: the indexes of a scope, or one of them, and filters."""

    scope: Scope
    indexes: tuple[Index, ...]
    filters: Filters
    sort: str = ""

    def with_filters(self, filters: Filters) -> "Field":
        """Return the same with other filters."""
        return replace(self, filters=filters)

    def everywhere(self) -> "Field":
        """Return the same with all indexes of the scope."""
        return replace(self, indexes=self.scope.indexes)

    def number(self, readings: Sequence[Reading], limit: int = MOST_MATCHES) -> Numbers:
        """Return the first projects that fit one of some readings and all tokens of filters.

        Only `check` tells which of them are shown.
        """
        query = Query(
            readings=tuple(readings), tokens=self.filters.tokens, without=self.filters.without
        )
        found: dict[int, int] = {}
        is_more = False
        for index_id, first in self._first(query, limit).items():
            is_more |= len(first) >= limit
            found |= self._lift(index_id, first)
        if query.is_open:
            return Numbers(found, is_more)
        return Numbers(_most_popular(found, limit), is_more or len(found) > limit)

    def find_named(self, plain_names: Collection[str], limit: int) -> list[Match]:
        """Return the most popular projects that have one of some names without hyphens."""
        wanted = _COUNTED.where(
            Listing.plain_name.in_(plain_names), Listing.index_id.in_(self._index_ids)
        )
        return self.check(_most_popular(self._weigh(wanted), limit))

    def find_beginning(self, start: str, limit: int) -> list[Match]:
        """Return projects whose names without hyphens begin with something, by their names."""
        name = Listing.plain_name
        wanted = (
            # As a sum, so that the database goes by the few that begin like that.
            _COUNTED.where(
                name >= start, name < start + _END, (Listing.index_id + 0).in_(self._index_ids)
            )
            .order_by(name)
            .limit(limit)
        )
        return self.check(self._weigh(wanted))

    def find_popular_beginning(self, start: str, limit: int) -> list[Match]:
        """Return those of the most popular projects whose names begin with something."""
        found = self._number_popular(lambda name: and_(name >= start, name < start + _END), limit)
        return self.check(_most_popular(found, limit))

    def number_popular_with(self, parts: Collection[str]) -> dict[int, int]:
        """Return those of the most popular projects that have some letters in their names.

        No index of words knows that "xgboost" has to do with "boost".
        """
        return self._number_popular(lambda name: or_(*map(name.contains, parts)))

    def _number_popular(
        self,
        fits: Callable[[ColumnElement[str]], ColumnElement[bool]],
        limit: int = MOST_MATCHES,
    ) -> dict[int, int]:
        """Return those of the most popular projects of each index whose names fit."""
        found: dict[int, int] = {}
        for index in self.indexes:
            first = _COUNTED.add_columns(Listing.normalized_name).where(
                Listing.index_id == index.id
            )
            some = first.order_by(*_order("")).limit(MOST_MATCHES).subquery()
            wanted = select(some).where(fits(some.c.normalized_name)).limit(limit)
            found |= self._weigh(wanted)
        return found

    @property
    def _index_ids(self) -> list[int]:
        return [index.id for index in self.indexes]

    @cached_property
    def _hosted(self) -> set[int]:
        return {index.id for index in self.indexes if index.kind == HOSTED}

    def _weigh(self, wanted: Select[*tuple[Any, ...]]) -> dict[int, int]:
        """Return the popularity that listings have in searches, by their numbers."""
        found: dict[int, int] = {}
        for row in db.session.execute(wanted):
            found |= self._lift(row.index_id, {row.id: row.popularity})
        return found

    def _lift(self, index_id: int, popularities: dict[int, int]) -> dict[int, int]:
        """Return popularities of projects of an index as searches see them."""
        if index_id not in self._hosted:
            return popularities
        return {number: lift(popularity) for number, popularity in popularities.items()}

    def _first(self, query: Query, limit: int) -> dict[int, dict[int, int]]:
        # A mirror that is off has no index to look into.
        if self._index_ids and not query.is_open:
            return the_backend().match(self._index_ids, query, limit)
        return {index_id: self._list_first(index_id, limit) for index_id in self._index_ids}

    def _list_first(self, index_id: int, limit: int) -> dict[int, int]:
        wanted = select(Listing.id, Listing.popularity).where(Listing.index_id == index_id)
        rows = db.session.execute(wanted.order_by(*_order(self.sort)).limit(limit))
        return {row.id: row.popularity for row in rows}

    def check(self, numbers: dict[int, int]) -> list[Match]:
        """Return those that are still there, that no other hides and that fit exactly."""
        if not numbers:
            return []
        fits: list[ColumnElement[bool]] = [*self.scope.keeps()]
        if self.filters.since is not None:
            fits.append(Listing.updated_at >= self.filters.since)
        if self.filters.is_yanked_hidden:
            fits.append(~Listing.is_yanked)
        rows = {row[0]: row for row in db.session.execute(_rows(numbers).where(*fits))}
        return [
            Match._make((*rows[number], popularity))
            for number, popularity in numbers.items()
            if number in rows
        ]

    def keep_listed(self, matches: Sequence[Match]) -> list[Match]:
        """Return those that the scope lists after all, rules and reserved names included."""
        hidden = self.scope.hidden({match.normalized_name: match.index_id for match in matches})
        return [match for match in matches if match.normalized_name not in hidden]


def load(matches: Sequence[Match]) -> list[Listing]:
    """Return the listed projects of matches, in their order."""
    numbers = [match.id for match in matches]
    wanted = select(Listing).where(the_backend().among(Listing.id.expression, numbers))
    rows = {row.id: row for row in db.session.scalars(wanted)}
    return [rows[number] for number in numbers if number in rows]


def _rows(numbers: Collection[int]) -> Any:
    return select(*_COLUMNS).where(the_backend().among(Listing.id.expression, numbers))


def _most_popular(numbers: dict[int, int], limit: int) -> dict[int, int]:
    ordered = sorted(numbers.items(), key=lambda item: -item[1])
    return dict(ordered[:limit])


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    """Return the order in which an index of the table lists all projects."""
    if sort == NAME:
        return (Listing.normalized_name.asc(),)
    if sort == NEWEST:
        return Listing.updated_at.desc().nulls_last(), Listing.normalized_name.asc()
    return Listing.popularity.desc(), Listing.normalized_name.asc()
