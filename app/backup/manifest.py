"""What a backup says of itself; one without this does not count.

A manifest is read as something that a stranger may have written: what is not just so
is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.backup.exceptions import BadBackup

NAME = "manifest.json"
FORMAT = 1
SQLITE, POSTGRESQL = "sqlite", "postgresql"

DATABASE, BLOBS, SECRET, ROWS = "database.sqlite", "blobs.txt", "secret_key", "rows"
_TABLE = r"[a-z][a-z0-9_]{0,62}"
_PATH = re.compile(rf"database\.sqlite|blobs\.txt|secret_key|rows/{_TABLE}\.copy\.gz")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"[0-9a-z_]{1,40}")
_KEY = re.compile(rf"{_TABLE}(\.{_TABLE})?")
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Item:
    """A file of a backup: its path within it, its bytes and their digest."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Lack:
    """A blob that rows stand on and that could not be copied, and why."""

    sha256: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All facts of a backup; `sequences` holds the last number given out, by table and column."""

    number: int
    started_at: datetime
    finished_at: datetime
    version: str
    revision: str
    database: str
    serial: int
    counts: Mapping[str, int]
    sequences: Mapping[str, int]
    files: tuple[Item, ...]
    blobs: int
    blob_bytes: int
    lacks: tuple[Lack, ...]
    settings: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is missing in it."""
        return not self.lacks

    @property
    def size(self) -> int:
        """Return the bytes of all that it stands on."""
        return sum(item.size for item in self.files) + self.blob_bytes

    def find_item(self, path: str) -> Item | None:
        """Return a file by its path, or None."""
        return next((item for item in self.files if item.path == path), None)

    def as_text(self) -> str:
        """Return the text that is kept."""
        times = {name: getattr(self, name).isoformat() for name in ("started_at", "finished_at")}
        return json.dumps({"format": FORMAT} | asdict(self) | times, indent=1) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Return what a file says; raises `BadBackup` when it makes no sense."""
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise ValueError("not a file of ours")
        value = json.loads(path.read_text())
        is_known = value["format"] == FORMAT
        manifest = _manifest(value) if is_known else None
    except OSError as error:
        raise BadBackup(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadBackup(f"{path} is damaged: use another backup.") from error
    if manifest is None:
        raise BadBackup(f"{path} was written by a newer version: install that one to use it.")
    return manifest


def _manifest(value: Mapping[str, Any]) -> Manifest:
    return Manifest(
        number=_whole(value["number"]),
        started_at=_moment(value["started_at"]),
        finished_at=_moment(value["finished_at"]),
        version=str(value["version"]),
        revision=_text(_REVISION, value["revision"]),
        database=_text(re.compile(f"{SQLITE}|{POSTGRESQL}"), value["database"]),
        serial=_whole(value["serial"]),
        counts=_numbers(value["counts"]),
        sequences=_numbers(value["sequences"]),
        files=_items(value["files"]),
        blobs=_whole(value["blobs"]),
        blob_bytes=_whole(value["blob_bytes"]),
        lacks=tuple(Lack(_text(_DIGEST, one["sha256"]), str(one["why"])) for one in value["lacks"]),
        settings={str(key): str(text) for key, text in value["settings"].items()},
    )


def _items(values: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    items = tuple(map(_item, values))
    paths = {item.path for item in items}
    if len(paths) != len(items) or not {BLOBS, SECRET} < paths:
        raise ValueError("not the files of a backup")
    return items


def _item(value: Mapping[str, Any]) -> Item:
    # Names are joined to a folder, so nothing but those that we write may stand here.
    path, digest = _text(_PATH, value["path"]), _text(_DIGEST, value["sha256"])
    return Item(path, _whole(value["size"]), digest)


def _numbers(value: Mapping[str, Any]) -> dict[str, int]:
    return {_text(_KEY, key): _whole(number) for key, number in value.items()}


def _text(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{value!r} cannot stand here")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no number")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no zone")
    return moment
