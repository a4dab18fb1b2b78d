"""What the catalogue has for the map: pages of projects in the main index, and of its people.

Of projects of upstreams those are told of which something is here. Whoever visited the
pages of all names that are only known would make us fetch all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from app.core.database import release_connection
from app.core.runtime import application
from app.feeds import map_queries
from app.feeds.maps import Address, Part, Section
from app.feeds.queries import list_fitting
from app.indexes.queries import get_index
from app.search.scopes import Scope
from app.web.http import absolute_url

_SLICE = 1_000
# Stands for a name in an address, which takes longer to build than to fill in.
_NAME = "name"

Rows = Sequence[Row[Any]]


def _list_project_parts() -> list[Part]:
    times: dict[int, datetime] = {}
    for row in map_queries.list_project_blocks(Scope.of(get_index())):
        times[row.number] = max(row.changed_at, times.get(row.number, row.changed_at))
    return [Part(number=number, changed_at=at) for number, at in sorted(times.items())]


def _find_project_part(number: int) -> Part | None:
    scope = Scope.of(get_index())
    row = map_queries.find_project_block(scope, number)
    if row is None:
        return None
    # Rules and bases raise the generation; who claims a name takes it from upstreams.
    around = f"{scope.index.generation} {map_queries.mark_claims(scope.index_ids)}"
    stamp = f"{row.size} {row.sum} {row.changed_at} {around}"
    return Part(number=number, stamp=stamp, changed_at=row.changed_at)


def _list_project_addresses(number: int) -> Iterator[Address]:
    head = _head("site.project", name=_NAME)

    def read(after: int) -> tuple[Rows, Iterator[Address]]:
        scope = Scope.of(get_index())
        rows = map_queries.list_projects(scope.index_ids, number, after, _SLICE)
        shown = _list_shown(scope, rows)
        return rows, (
            Address(f"{head}{row.normalized_name}/", row.updated_at)
            for row in rows
            if (row.index_id, row.normalized_name) in shown
        )

    return _slices(read)


def _list_shown(scope: Scope, rows: Rows) -> set[tuple[int, str]]:
    names = {row.normalized_name for row in rows}
    owned = list_fitting(scope.fits(), names) if names else set()
    listed = scope.listed(names)
    return {(index_id, name) for index_id, name in owned if name in listed}


def _list_people_parts() -> list[Part]:
    return [Part(number=number) for number in map_queries.list_people_blocks(get_index().id)]


def _find_people_part(number: int) -> Part | None:
    size, total = map_queries.measure_people_block(get_index().id, number)
    return Part(number=number, stamp=f"{size} {total}") if size else None


def _list_people_addresses(number: int) -> Iterator[Address]:
    head = _head("site.profile", username=_NAME)

    def read(after: int) -> tuple[Rows, Iterator[Address]]:
        rows = map_queries.list_people(get_index().id, number, after, _SLICE)
        return rows, (Address(f"{head}{quote(row.username)}/") for row in rows)

    return _slices(read)


def _slices(read: Callable[[int], tuple[Rows, Iterator[Address]]]) -> Iterator[Address]:
    """Yield what is read slice by slice, and hold no connection while somebody takes it."""
    app, after = application(), 0
    release_connection()
    while True:
        with app.app_context():
            rows, addresses = read(after)
        yield from addresses
        if len(rows) < _SLICE:
            return
        after = rows[-1].id


def _head(endpoint: str, **values: str) -> str:
    return absolute_url(endpoint, **values).removesuffix(f"{_NAME}/")


PROJECTS = Section(
    name="projects",
    endpoints=frozenset({"site.project"}),
    list_parts=_list_project_parts,
    find_part=_find_project_part,
    addresses=_list_project_addresses,
)
PEOPLE = Section(
    name="people",
    endpoints=frozenset({"site.profile"}),
    list_parts=_list_people_parts,
    find_part=_find_people_part,
    addresses=_list_people_addresses,
)
