"""Blobs on a local disk."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from app.core.faults import reach
from app.core.storage.base import Storage, blob_seconds
from app.core.storage.exceptions import BlobMissing, StorageUnavailable
from app.core.storage.incoming import Incoming, is_left


class LocalStorage(Storage):
    """Blobs as files, two folders deep by their digest.

    Arriving bytes lie in `incoming` on the same file system, so that a rename
    brings them to their place whole or not at all.
    """

    def __init__(self, root: Path, incoming: Path) -> None:
        self.root = root
        self.incoming = incoming
        # What is found to be bad is kept beside the store, where nobody is served from.
        self.quarantine = root.with_name(f"{root.name}.quarantine")
        self._hold = root.with_name(f"{root.name}.hold")

    @contextmanager
    @override
    def receive(self) -> Iterator[Incoming]:
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
            incoming = Incoming(self.incoming / secrets.token_hex(16))
        except OSError as error:
            raise StorageUnavailable from error
        try:
            yield incoming
        finally:
            incoming.close()

    @override
    def save(self, incoming: Incoming) -> None:
        target = self._path(incoming.digest())
        try:
            if not _renew(target, incoming.digest()):
                self._bring(incoming, target)
            # Also when somebody else brought it, who may not have come to this.
            _sync_folder(target.parent)
        except OSError as error:
            raise StorageUnavailable from error

    @override
    def save_bytes(self, content: bytes) -> str:
        with self.receive() as incoming:
            incoming.write(content)
            self.save(incoming)
            return incoming.digest()

    @override
    def open(self, sha256: str) -> BinaryIO:
        try:
            reach("blob.opening")
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            self._demand_root()
            raise BlobMissing from error
        except OSError as error:
            raise StorageUnavailable from error

    @override
    def find_path(self, sha256: str) -> Path | None:
        path = self._path(sha256)
        return path if path.exists() else None

    @override
    def find_size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            self._demand_root()
            return None
        except OSError as error:
            raise StorageUnavailable from error

    @override
    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    @override
    def delete_older(self, sha256: str, before: datetime) -> bool:
        path = self._path(sha256)
        try:
            # Nobody who stores the same bytes counts on these in between.
            with _alone(path.parent):
                if _stored_at(path) >= before or _is_held(self._hold):
                    return False
                reach("blob.removing")
                path.unlink()
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    @override
    def hold(self) -> Iterator[None]:
        try:
            descriptor = os.open(self._hold, os.O_RDONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageUnavailable from error
        try:
            # Shared, because several may hold; the kernel takes it back from who dies.
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    @override
    def forget_incoming(self) -> int:
        forgotten = 0
        for path in self.incoming.glob("*"):
            with suppress(FileNotFoundError):
                if is_left(path):
                    path.unlink()
                    forgotten += 1
        return forgotten

    @override
    def list_blobs(self, beginning: str = "") -> Iterator[tuple[str, datetime]]:
        for path in self.root.glob(f"{beginning or '?'}?/??/*"):
            with suppress(FileNotFoundError):
                yield path.name, _stored_at(path)

    @override
    def set_aside(self, sha256: str) -> None:
        try:
            self.quarantine.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                # What was set aside before under this name is kept too.
                self._path(sha256).rename(self.quarantine / f"{sha256}.{secrets.token_hex(4)}")
        except OSError as error:
            raise StorageUnavailable from error

    @override
    def check(self) -> None:
        with self.receive() as incoming:
            incoming.write(b"ready?")
            incoming.sync()
        self._demand_root()

    def _bring(self, incoming: Incoming, target: Path) -> None:
        """Put received bytes into their place, unless somebody else was faster."""
        # A store that went away must not begin anew in the place where it was.
        self._demand_root()
        incoming.sync()
        _make_folder(target.parent)
        _adopt_mtime(incoming.path, incoming.digest())
        reach("blob.linking")
        # link() fails where replace() would overwrite: two uploads of the
        # same bytes at once leave one blob, and nobody reads a changing one.
        with suppress(FileExistsError):
            os.link(incoming.path, target)
            reach("blob.linked")

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _demand_root(self) -> None:
        if not self.root.is_dir():
            raise StorageUnavailable


def _stored_at(path: Path) -> datetime:
    # The modification time is taken by the ETag; the change time is the moment
    # the blob came to its place, or came again.
    return datetime.fromtimestamp(path.stat().st_ctime, UTC)


def _renew(path: Path, sha256: str) -> bool:
    """Let a blob that is there count as stored now; tell whether it is there."""
    try:
        with _alone(path.parent):
            _adopt_mtime(path, sha256)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from renewing or removing blobs of a folder by their age."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_held(path: Path) -> bool:
    """Tell whether somebody holds what is there; who asks at the same moment counts too."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _adopt_mtime(path: Path, sha256: str) -> None:
    """Set the time that nginx makes its ETag of, so that it agrees with ours."""
    moment = blob_seconds(sha256)
    os.utime(path, (moment, moment))


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that a power cut takes none of them."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
