"""What every source does."""

from collections.abc import Collection, Iterator
from typing import Protocol

from app.sources.page import IndexPage, ReleaseDetail, RemoteFile, StoredFile

# Stands behind every normalised name.
LAST = "~"
# Stands before all that a normalised name can go on with.
NEXT = "!"
# What is appended to a wheel's name for its core metadata (PEP 658).
METADATA = ".metadata"


class Arrival(Protocol):
    """A file on its way from an upstream; however many ask for it, it comes once.

    Whoever waits for it holds no connection of the database.
    """

    @property
    def size(self) -> int | None:
        """Return how many bytes it has, or None if nobody said."""

    def wait(self, seconds: float) -> StoredFile | None:
        """Return the file once it is here and its digest is right, or None after a time.

        Raises `Unavailable` when it does not come, or `NotFound` when its upstream has it
        no more.
        """

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes as they arrive, the last ones when all were found to be right.

        The first chunk is there when this returns. Raises what `wait` raises, and
        `Unavailable` also in the middle: then whoever passes them on must break
        the connection.
        """

    def part(self, start: int, stop: int) -> bytes | None:
        """Return some of its bytes, unchecked, asked of the upstream by themselves, or None.

        None says that the upstream gives no parts, or that they are too many to hold.
        """


class Source(Protocol):
    """A place that projects come from. Names are taken in any spelling.

    Raises `Unavailable` when it cannot be asked; never answers "not here" for
    what it could not find out. Only `freshen`, `freshen_release`, `refresh` and `fetch`
    ever ask an upstream; all others read what is here, so that a name that stays
    inside is never told to anybody outside.
    """

    def find_page(self, name: str) -> IndexPage | None:
        """Return a project's index page, or None if the project is not here."""

    def find_serial(self, name: str) -> int | None:
        """Return the number of the last change of a project's page, or None if it is not here."""
        page = self.find_page(name)
        return None if page is None else page.serial

    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        """Return a release, by default the one that people should install, or None.

        That is the newest stable one that is not yanked; else the newest
        pre-release that is not yanked; else the newest.
        """

    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        """Yield the display name and the normalised name of every project, sorted.

        Only those whose normalised names are not before `begin` and before `end`.
        """

    def listed(self, names: Collection[str]) -> set[str]:
        """Return those of some normalised names that `names` yields."""
        listed = (self.names(name, f"{name}{NEXT}") for name in names)
        return {normalized for each in listed for _name, normalized in each}

    def shuts(self, names: Collection[str]) -> set[str]:
        """Return those of some normalised names of which a rule lets nothing be shown."""
        return set()

    def holds(self, names: Collection[str]) -> set[str]:
        """Return those of some normalised names that belong to this source.

        Also those of which nothing is shown: removed, claimed, or known to be the
        upstream's though nothing of them was copied yet.
        """

    def withheld(self) -> set[str]:
        """Return the normalised names that belong to this source and of which nothing is shown."""

    def find_file(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        """Return a file that may be sent, or None.

        Raises `FileWithdrawn`, or another `Forbidden` that says why it may not.
        """

    def find_metadata(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        """Return the core metadata of a wheel (PEP 658), by its own address and name, or None.

        Raises what `find_file` raises.
        """

    def freshen(self, name: str) -> bool:
        """Bring what is known of a project up to date, unless it is fresh; tell if it is here.

        Waits a moment when there is something to show meanwhile, and as long as
        installers do when there is nothing. Raises `Unavailable` if nothing could
        be found out and nothing is known. Gives the connection of the database
        back before it waits.
        """

    def freshen_release(self, name: str, version: str | None = None) -> None:
        """Let what people read of a release be here and fresh; a chain does `freshen` first.

        By default of the one that people should install. Waits a moment for it,
        but never fails for it: then less of the release is known.
        """

    def refresh(self, name: str) -> bool:
        """Ask the upstream of a project now, however fresh it is; tell if it is here.

        Raises `Unavailable` when it cannot be asked. Nobody is asked for what is ours.
        """

    def fetch(self, address: str, filename: str) -> Arrival:
        """Let a file come that is not here, or core metadata if the name ends in METADATA.

        Raises `FileNotFound`, or `Unavailable` when the upstream cannot be asked.
        """


def find_stored(source: Source, address: str, filename: str) -> StoredFile | RemoteFile | None:
    """Return a file, or the core metadata of a wheel, by what its URL says, or None."""
    if filename.endswith(METADATA):
        return source.find_metadata(address, filename.removesuffix(METADATA))
    return source.find_file(address, filename)
