"""What an upstream tells of a project, in one form whatever it came in, and packed small.

A document is kept as compressed JSON: a project may have 40,000 files, and a row
for each would cost a hundred times as much.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from app.sources.histories import choose, choose_stable, list_lines
from app.sources.page import ReleaseLine, address_of

_LEVEL = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file as an upstream tells of it. What it did not tell is None, empty or False.

    `url` is absolute. `version` is read from the file's name. `requires_python` may
    be anything. `core_metadata` tells that `<url>.metadata` is there, and
    `metadata_sha256` what it must be. `was` is the SHA-256 under which the same
    name was known here before, if it is another one now.
    """

    filename: str
    url: str
    version: str = ""
    sha256: str | None = None
    blake2_256: str | None = None
    md5: str | None = None
    size: int | None = None
    uploaded_at: datetime | None = None
    requires_python: str | None = None
    is_yanked: bool = False
    yanked_reason: str = ""
    core_metadata: bool = False
    metadata_sha256: str | None = None
    filetype: str = ""
    python_tag: str = ""
    was: str = ""

    @property
    def address(self) -> str:
        """Return the 64 hex digits that stand for the file in our URLs."""
        return self.sha256 or address_of(self.url)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A project of an upstream; `versions` and `entries` stand in the order of an index page."""

    name: str
    normalized_name: str
    versions: tuple[str, ...]
    entries: tuple[Entry, ...]
    status: str = "active"
    status_reason: str | None = None

    @cached_property
    def lines(self) -> tuple[ReleaseLine, ...]:
        """Return the releases of the project, newest first."""
        return list_lines(self.versions, self.entries)

    @cached_property
    def latest(self) -> ReleaseLine | None:
        """Return the release that people should install, or None if there is none."""
        return choose(self.lines)

    @cached_property
    def latest_stable(self) -> ReleaseLine | None:
        """Return the newest release that is neither yanked nor a pre-release, or None."""
        return choose_stable(self.lines)

    def of_version(self, version: str) -> Sequence[Entry]:
        """Return the files of a release."""
        return self._by_version.get(version, ())

    @cached_property
    def _by_version(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.version, []).append(entry)
        return found


def pack(document: Document) -> bytes:
    """Return a document as it is stored."""
    told = (field.name for field in fields(document) if field.name != "entries")
    facts = {name: getattr(document, name) for name in told}
    facts["entries"] = [_told(entry) for entry in document.entries]
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=_as_text)
    return zlib.compress(text.encode(), _LEVEL)


def unpack(stored: bytes) -> Document:
    """Return a document that was stored."""
    facts = json.loads(zlib.decompress(stored))
    facts["versions"] = tuple(facts["versions"])
    facts["entries"] = tuple(_entry(told) for told in facts["entries"])
    return Document(**facts)


def _told(entry: Entry) -> dict[str, Any]:
    """Return only what was told, so that each of 40,000 files costs no more than it must."""
    facts = {"filename": entry.filename, "url": entry.url}
    for name, untold in _UNTOLD:
        value = getattr(entry, name)
        if value != untold:
            facts[name] = value
    return facts


def _entry(told: dict[str, Any]) -> Entry:
    if "uploaded_at" in told:
        told["uploaded_at"] = datetime.fromisoformat(told["uploaded_at"])
    return Entry(**told)


def _as_text(value: datetime) -> str:
    return value.isoformat()


_UNTOLD = [
    (field.name, field.default) for field in fields(Entry) if field.name not in {"filename", "url"}
]
