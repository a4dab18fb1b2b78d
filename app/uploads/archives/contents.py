"""What was found inside a distribution file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contents:
    """The outline of an archive; names are relative to it, sizes are in bytes.

    `metadata` are the exact bytes of METADATA or PKG-INFO, `licenses` is the
    folder in which License-File entries are looked for.
    """

    metadata: bytes
    members: frozenset[str]
    unpacked_size: int
    licenses: str

    @property
    def count(self) -> int:
        """Return how many files the archive holds; folders are not counted."""
        return len(self.members)

    def has_license(self, path: str) -> bool:
        """Return whether the archive holds the file named by a License-File entry."""
        return f"{self.licenses}/{path}" in self.members
