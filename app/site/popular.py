"""The most popular projects of an index, by their places."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.core.exceptions import NotFound
from app.core.i18n import _, _l
from app.indexes.models import Index
from app.search.models import Listing
from app.search.places import list_at
from app.search.scopes import Scope
from app.sources.page import ProjectLine

PAGE_SIZE = 50
# No index has so many projects, so nobody needs to look.
LAST_PLACE = 2_000_000


@dataclass(frozen=True)
class Placed:
    """A project at its place, with its downloads from here in the last 90 days."""

    place: int
    line: ProjectLine
    downloads: int


@dataclass(frozen=True)
class PopularPage:
    """One page of the most popular projects; `is_more` says that another one follows."""

    placed: tuple[Placed, ...]
    number: int
    is_more: bool


def list_popular(index: Index, number: int) -> PopularPage:
    """Return a page of the most popular projects of an index; raises `NotFound` beyond the end."""
    if not 1 <= number <= LAST_PLACE // PAGE_SIZE:
        raise NotFound(_l("There is no such page of popular projects."))
    scope, first = Scope.of(index), (number - 1) * PAGE_SIZE
    listings = list_at(scope, first, PAGE_SIZE + 1)
    if not listings and number > 1:
        raise NotFound(_l("There is no such page of popular projects."))
    placed = _place(scope, listings[:PAGE_SIZE], first + 1)
    return PopularPage(tuple(placed), number, is_more=len(listings) > PAGE_SIZE)


def list_top(index: Index, limit: int) -> tuple[Placed, ...]:
    """Return the most popular projects of an index."""
    scope = Scope.of(index)
    # Some may not be listed after all.
    return tuple(islice(_place(scope, list_at(scope, 0, 2 * limit), 1), limit))


def find_name_at(index: Index, place: int) -> str:
    """Return the normalised name of the project at a place; raises `NotFound` if there is none."""
    if 1 <= place <= LAST_PLACE:
        number, step = divmod(place - 1, PAGE_SIZE)
        scope, first = Scope.of(index), number * PAGE_SIZE
        # What is not listed leaves its place to those behind it, as on the page.
        placed = list(_place(scope, list_at(scope, first, PAGE_SIZE), first + 1))
        if step < len(placed):
            return placed[step].line.normalized_name
    raise NotFound(
        _("There is no project at place %(place)s of the most popular ones.", place=place)
    )


def _place(scope: Scope, listings: list[Listing], first: int) -> Iterator[Placed]:
    downloads = {listing.normalized_name: listing.downloads for listing in listings}
    for place, line in enumerate(scope.lines(listings), start=first):
        yield Placed(place, line, downloads[line.normalized_name])
