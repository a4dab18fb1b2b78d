"""The blobs of all backups in a folder, each once, under its digest."""

import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from app.backup.copying import Pace, drain, hash_file, open_new, open_no_link, sync_folder


class Pool:
    """Files two folders deep by their digest; `aside` takes those that turned out to be damaged."""

    def __init__(self, root: Path, aside: Path) -> None:
        self.root = root
        self.aside = aside

    def find_size(self, sha256: str) -> int | None:
        """Return a blob's size, or None if it is not here."""
        try:
            return self._path(sha256).lstat().st_size
        except FileNotFoundError:
            return None

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading."""
        return open_no_link(self._path(sha256))

    def keep(self, sha256: str, chunks: Iterable[bytes], draft: Path, pace: Pace) -> int | None:
        """Copy a blob and return its size, or None if its bytes are not what its name says.

        It is written to `draft` first, so that it comes here whole or not at all.
        """
        try:
            with open_new(draft) as file:
                size, digest = drain(pace.keep(chunks), file)
                file.flush()
                # Before it has its name: a power cut must leave no empty file under it.
                os.fdatasync(file.fileno())
            if digest != sha256:
                return None
            target = self._path(sha256)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
        return size

    def is_sound(self, sha256: str, pace: Pace) -> bool:
        """Read a blob and tell whether it is here and what its name says."""
        with suppress(OSError):
            return hash_file(self._path(sha256), pace)[1] == sha256
        return False

    def set_aside(self, sha256: str) -> None:
        """Take a damaged blob away, so that the next backup copies it again."""
        self.aside.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            self._path(sha256).rename(self.aside / f"{sha256}.{secrets.token_hex(4)}")

    def remove_others(self, needed: Collection[str]) -> int:
        """Remove all blobs but those needed; return how many bytes that freed."""
        freed = 0
        for path in self._list():
            if path.name not in needed:
                freed += path.lstat().st_size
                path.unlink()
        return freed

    def sync(self) -> None:
        """Bring the names of all blobs to the disk."""
        for folder in (self.root, *self.root.glob("??"), *self.root.glob("??/??")):
            sync_folder(folder)

    def _list(self) -> Iterator[Path]:
        yield from self.root.glob("??/??/*")

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256
