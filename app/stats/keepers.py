"""Who has the files that are downloaded; keepers are registered from above, in `app.wiring`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Held:
    """A file as its keeper knows it: `address` stands in its URLs, `project` is normalised.

    `size` is in bytes, 0 if nobody knows it.
    """

    index_slug: str
    address: str
    filename: str
    project: str
    version: str
    size: int


# Returns the files of some addresses, also those that are there no more.
Find = Callable[[Collection[str]], list[Held]]
NoteUse = Callable[[Collection[Held]], None]


@dataclass(frozen=True)
class Keeper:
    """One who has files, and who may want to know that they were used."""

    find: Find
    note_use: NoteUse = lambda held: None


_keepers: list[Keeper] = []


def register(*keepers: Keeper) -> None:
    """Name all who have files, in place of those before; the first ones are asked first."""
    _keepers[:] = keepers


def find_held(addresses: Collection[str]) -> Mapping[tuple[str, str], Mapping[str, Held]]:
    """Return the files of some addresses by address and name, and then by the index."""
    found: dict[tuple[str, str], dict[str, Held]] = {}
    for keeper in _keepers:
        for held in keeper.find(addresses):
            found.setdefault((held.address, held.filename), {}).setdefault(held.index_slug, held)
    return found


def note_use(held: Collection[Held]) -> None:
    """Tell all keepers which files were used."""
    for keeper in _keepers:
        keeper.note_use(held)
