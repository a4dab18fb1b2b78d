"""Blobs: bytes that are kept under their digest."""

from pathlib import Path

from flask import Flask

from app.core.runtime import part
from app.core.storage.base import Storage
from app.core.storage.base import blob_seconds as blob_seconds
from app.core.storage.local import LocalStorage
from app.core.storage.memory import MemoryStorage


def init_app(app: Flask) -> None:
    """Bind the storage that STORAGE_URL names to an application."""
    app.extensions["blobs"] = make_storage(app.config["STORAGE_URL"])


def make_storage(url: str) -> Storage:
    """Return a storage by its address: `memory:` or a folder."""
    if url == "memory:":
        return MemoryStorage()
    root = Path(url)
    root.mkdir(parents=True, exist_ok=True)
    return LocalStorage(root, incoming=root.parent / f"{root.name}.incoming")


def blobs() -> Storage:
    """Return the storage of the running application."""
    storage: Storage = part("blobs")
    return storage
