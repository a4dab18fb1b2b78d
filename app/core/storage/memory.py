"""Blobs in memory, for tests and trials."""

import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from app.core import clock
from app.core.storage.base import Storage
from app.core.storage.exceptions import BlobMissing
from app.core.storage.incoming import Incoming


class MemoryStorage(Storage):
    """Blobs in a dictionary; only what is arriving touches the disk."""

    def __init__(self) -> None:
        self._blobs: dict[str, tuple[bytes, datetime]] = {}
        self.quarantine: list[tuple[str, bytes]] = []
        self._holders = 0

    @contextmanager
    @override
    def receive(self) -> Iterator[Incoming]:
        with tempfile.TemporaryDirectory() as folder:
            incoming = Incoming(Path(folder) / secrets.token_hex(8))
            try:
                yield incoming
            finally:
                incoming.close()

    @override
    def save(self, incoming: Incoming) -> None:
        incoming.flush()
        self._keep(incoming.digest(), incoming.path.read_bytes())

    @override
    def save_bytes(self, content: bytes) -> str:
        with self.receive() as incoming:
            incoming.write(content)
            self.save(incoming)
            return incoming.digest()

    @override
    def open(self, sha256: str) -> BinaryIO:
        if sha256 not in self._blobs:
            raise BlobMissing
        return io.BytesIO(self._blobs[sha256][0])

    @override
    def find_path(self, sha256: str) -> Path | None:
        return None

    @override
    def find_size(self, sha256: str) -> int | None:
        found = self._blobs.get(sha256)
        return None if found is None else len(found[0])

    @override
    def delete(self, sha256: str) -> None:
        self._blobs.pop(sha256, None)

    @override
    def delete_older(self, sha256: str, before: datetime) -> bool:
        found = self._blobs.get(sha256)
        if found is None or found[1] >= before or self._holders:
            return False
        return self._blobs.pop(sha256, None) is not None

    @contextmanager
    @override
    def hold(self) -> Iterator[None]:
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1

    @override
    def forget_incoming(self) -> int:
        return 0

    @override
    def list_blobs(self, beginning: str = "") -> Iterator[tuple[str, datetime]]:
        for sha256, (_, stored_at) in list(self._blobs.items()):
            if sha256.startswith(beginning):
                yield sha256, stored_at

    @override
    def set_aside(self, sha256: str) -> None:
        found = self._blobs.pop(sha256, None)
        if found is not None:
            self.quarantine.append((sha256, found[0]))

    @override
    def check(self) -> None:
        return

    def _keep(self, sha256: str, content: bytes) -> None:
        self._blobs[sha256] = (content, clock.now())
