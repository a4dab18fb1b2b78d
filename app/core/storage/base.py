"""What every blob storage does."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from app.core.storage.incoming import Incoming


class Storage(Protocol):
    """Keep bytes under the SHA-256 of their content, in lower-case hex.

    A blob is never overwritten: its name says what it holds. All methods raise
    `StorageUnavailable` when the store cannot be reached or has no room.
    """

    def receive(self) -> AbstractContextManager[Incoming]:
        """Open a temporary place for bytes that arrive; what is not saved is removed."""

    def save(self, incoming: Incoming) -> None:
        """Keep received bytes under their digest, durable when this returns.

        A blob that is there already counts as stored now, and nothing more is done.
        """

    def save_bytes(self, content: bytes) -> str:
        """Keep a small content and return its digest."""

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading; raises `BlobMissing`."""

    def find_path(self, sha256: str) -> Path | None:
        """Return where a blob lies on this machine, or None if it has no path here."""

    def find_size(self, sha256: str) -> int | None:
        """Return a blob's size in bytes, or None if it is not here."""

    def delete(self, sha256: str) -> None:
        """Remove a blob; one that is not here is no error."""

    def delete_older(self, sha256: str, before: datetime) -> bool:
        """Remove a blob if it was stored before a time; tell whether it was."""

    def hold(self) -> AbstractContextManager[None]:
        """Let `delete_older` remove nothing while a block runs, in whatever process.

        So a backup finds every blob that the rows stood on when it began.
        """

    def forget_incoming(self) -> int:
        """Remove what began to arrive and whose receiver has died; return how many."""

    def list_blobs(self, beginning: str = "") -> Iterator[tuple[str, datetime]]:
        """Yield the digest of every blob with the time it was stored.

        With a `beginning`, one hex digit, only of those whose digests begin with it.
        """

    def set_aside(self, sha256: str) -> None:
        """Take a blob out of the store, whose bytes are not what its name says, and keep it.

        One that is not here is no error.
        """

    def check(self) -> None:
        """Make sure that blobs can be written and read now."""


def blob_seconds(sha256: str) -> int:
    """Return the time that a blob has as a file, of which nginx makes its ETag."""
    return int(sha256[:8], 16)
