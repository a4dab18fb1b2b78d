"""The listed projects that an index shows: its own and those of its bases."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from app.indexes.models import Index, NameClaim
from app.indexes.queries import MIRROR, list_paths, shows_known_names
from app.indexes.upstreams import find_host
from app.projects.models import Project
from app.search.models import Listing
from app.sources.chain import Chain
from app.sources.page import ProjectLine
from app.sources.registry import is_resting, source_for


@dataclass(frozen=True)
class Scope:
    """What may be listed on the pages of an index, for all who may read it.

    `indexes` are those whose projects it shows, in the order in which they own names:
    hosted ones come before mirrors. Mirrors that are off are left out, unless they
    show the names that they know.
    """

    index: Index
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, index: Index) -> "Scope":
        """Return the scope of an index."""
        ends = [path[-1] for path in list_paths(index)]
        hosted = [end for end in ends if end.kind != MIRROR]
        mirrors = [end for end in ends if end.kind == MIRROR]
        shown = [end for end in mirrors if not is_resting(end) or shows_known_names(end)]
        return cls(index, (*hosted, *shown))

    @property
    def index_ids(self) -> tuple[int, ...]:
        """Return the numbers of the indexes."""
        return tuple(index.id for index in self.indexes)

    @cached_property
    def slugs(self) -> dict[int, str]:
        """Return the slugs of the indexes by their numbers."""
        return {index.id: index.slug for index in self.indexes}

    @cached_property
    def chain(self) -> Chain:
        """Return the source of the index, which has the last word on what is listed."""
        return source_for(self.index)

    def fits(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions for a `Listing` to be in the scope, for statements.

        A name that an index owns hides those of the indexes behind it. What is listed
        after all, rules and reserved names included, only `listed` tells.
        """
        return (Listing.index_id.in_(self.index_ids), *self.keeps())

    def keeps(self) -> tuple[ColumnElement[bool], ...]:
        """Return those of the conditions that are about a `Listing` of one of the indexes."""
        later = self.indexes[1:]
        return tuple(
            or_(Listing.index_id != index.id, and_(*self._is_free(index))) for index in later
        )

    def fits_in(self, index: Index) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions for a `Listing` of one of the indexes to be in the scope.

        It says the same as `fits`, and much faster where all listings are gone through.
        """
        return Listing.index_id == index.id, *self._is_free(index)

    def listed(self, names: Collection[str]) -> set[str]:
        """Return those of some normalised names that the index lists."""
        return self.chain.listed(names) if names else set()

    def lines(self, listings: Iterable[Listing]) -> tuple[ProjectLine, ...]:
        """Return a line for each of some listings that the index lists, in their order."""
        found = list(listings)
        listed = self.listed([listing.normalized_name for listing in found])
        return tuple(self.line(each) for each in found if each.normalized_name in listed)

    def line(self, listing: Listing) -> ProjectLine:
        """Return the line of a listing that is known to be listed."""
        return ProjectLine(
            name=listing.name,
            normalized_name=listing.normalized_name,
            summary=listing.summary or "",
            version=listing.version or "",
            updated_at=listing.updated_at,
            upstream=self._hosts.get(listing.index_id, ""),
            index_slug=self.slugs[listing.index_id],
            is_yanked=listing.is_yanked,
        )

    def lines_fitting(self, listings: Iterable[Listing]) -> tuple[ProjectLine, ...]:
        """Return a line for each of some listings that `fits` let through.

        As `lines`, but no table is asked once more for what the conditions have said.
        """
        found = list(listings)
        hidden = self.hidden({each.normalized_name: each.index_id for each in found})
        return tuple(self.line(each) for each in found if each.normalized_name not in hidden)

    def hidden(self, owners: Mapping[str, int]) -> set[str]:
        """Return those of some normalised names that a rule or a reservation keeps from pages.

        They are given with the numbers of the indexes whose listings `fits` let through.
        """
        if self._has_resting:
            return owners.keys() - self.listed(owners.keys())
        return self.chain.hides({name: self.slugs[number] for name, number in owners.items()})

    @property
    def _has_resting(self) -> bool:
        """Tell whether there is a mirror that is off: its names stay its own."""
        return any(is_resting(path[-1]) for path in list_paths(self.index))

    def _is_free(self, index: Index) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that no index before that of a listing has the name or claims it."""
        before = self.index_ids[: self.indexes.index(index)]
        for owner in (aliased(Listing), Project, NameClaim):
            if before:
                yield ~exists().where(
                    owner.normalized_name == Listing.normalized_name, owner.index_id.in_(before)
                )

    @cached_property
    def _hosts(self) -> dict[int, str]:
        mirrors = (index for index in self.indexes if index.kind == MIRROR)
        return {mirror.id: find_host(mirror) or mirror.title for mirror in mirrors}
