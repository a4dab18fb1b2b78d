"""What every source does."""

from collections.abc import Iterator
from typing import Protocol

from app.sources.page import IndexPage, ReleaseDetail, StoredFile

# Stands behind every normalised name.
LAST = "~"


class Source(Protocol):
    """A place that projects come from. Names are taken in any spelling.

    Raises `Unavailable` when it cannot be asked; never answers "not here" for
    what it could not find out.
    """

    def find_page(self, name: str) -> IndexPage | None:
        """Return a project's index page, or None if the project is not here."""

    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        """Return a release, by default the one that people should install, or None.

        That is the newest stable one that is not yanked; else the newest
        pre-release that is not yanked; else the newest.
        """

    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        """Yield the display name and the normalised name of every project, sorted.

        Only those whose normalised names are not before `begin` and before `end`.
        """

    def find_file(self, sha256: str, filename: str) -> StoredFile | None:
        """Return a file that may be sent, or None; raises `FileWithdrawn`."""

    def find_metadata(self, sha256: str, filename: str) -> StoredFile | None:
        """Return the core metadata of a wheel (PEP 658) as a blob, or None."""
