"""What is asked of an upstream, and what comes of it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Self

from app.mirror.documents import Entry
from app.sources.base import METADATA


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file of an upstream, or its core metadata, with all that is known of the file."""

    index_id: int
    slug: str
    project: str
    entry: Entry
    is_metadata: bool = False

    @property
    def key(self) -> str:
        """Return what tells it from everything else, short and fit for the name of a file."""
        name = f"{self.slug}/{self.entry.address}/{self.filename}"
        return hashlib.sha256(name.encode()).hexdigest()[:32]

    @property
    def filename(self) -> str:
        """Return its name in our URLs."""
        return self.entry.filename + (METADATA if self.is_metadata else "")

    @property
    def url(self) -> str:
        """Return where the upstream has it."""
        return self.entry.url + (METADATA if self.is_metadata else "")

    @property
    def size(self) -> int | None:
        """Return how many bytes it has, if the upstream tells it of such a thing."""
        return None if self.is_metadata else self.entry.size

    @property
    def is_wheel(self) -> bool:
        """Tell whether the file has core metadata in it."""
        return self.entry.filename.lower().endswith(".whl")

    def whole(self) -> Self:
        """Return the file itself."""
        return replace(self, is_metadata=False)

    def metadata(self) -> Self:
        """Return its core metadata."""
        return replace(self, is_metadata=True)


@dataclass(frozen=True)
class Landed:
    """It is here, and was found to be what it should be."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Failed:
    """It did not come this time; `code` is that of an exception."""

    code: str
    retry_after: int = 2


Outcome = Landed | Failed
