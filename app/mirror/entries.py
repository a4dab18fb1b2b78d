"""Makes entries and documents of what upstreams tell, whatever they tell.

A field that makes no sense is left out, a file that cannot be served is dropped,
and nothing is made up for either.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from packaging.version import Version

from app.mirror.documents import Document, Entry
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.guard import LONGEST_URL, UNASKABLE
from app.mirror.names import kind_of, version_of
from app.projects.names import LONGEST as LONGEST_NAME
from app.projects.names import normalise
from app.projects.versions import LONGEST as LONGEST_VERSION
from app.projects.versions import parse_version

LONGEST_FILENAME = 255
# The largest project has 40,000.
MOST_FILES = 200_000
STATUSES = ("active", "archived", "quarantined", "deprecated")
_MOST_BYTES = 2**63
# Separators of paths, controls, what reverses the direction of text, halves of characters.
_BAD = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
_DIGESTS = {"sha256": 64, "blake2b_256": 64, "blake2_256": 64, "md5": 32}
_HEX = re.compile("[0-9a-f]+")

_WHOLE = ("https://", "http://")

_log = logging.getLogger(__name__)


class Reader:
    """Reads one page of a project, whose links are relative to `base`.

    `allows` tells whether a URL may be asked.
    """

    def __init__(self, name: str, base: str, allows: Callable[[str], bool]) -> None:
        self.normalized_name = normalise(name)
        self.base = base
        self._allows = allows
        self._places: dict[str, bool] = {}
        self._dropped = 0
        self._read = 0

    def entry(
        self,
        filename: object,
        url: object,
        *,
        version: str = "",
        hashes: object = None,
        core_metadata: object = None,
        kind: tuple[str, str] | None = None,
        **facts: Any,
    ) -> Entry | None:
        """Return an entry, or None for a file that cannot be served.

        Raises `UpstreamUnavailable` when there are more than any project has.
        """
        self._read += 1
        if self._read > MOST_FILES:
            raise UpstreamUnavailable
        place = self._place(url)
        if place is None or not is_filename(filename):
            self._dropped += 1
            return None
        digests = digests_of(hashes)
        has_metadata, metadata_sha256 = metadata_of(str(filename), core_metadata)
        filetype, python_tag = kind or kind_of(str(filename))
        return Entry(
            filename=str(filename),
            url=place,
            version=version or version_of(str(filename), self.normalized_name),
            sha256=digests.get("sha256"),
            blake2_256=digests.get("blake2b_256") or digests.get("blake2_256"),
            md5=digests.get("md5"),
            core_metadata=has_metadata,
            metadata_sha256=metadata_sha256,
            filetype=filetype,
            python_tag=python_tag,
            **facts,
        )

    def document(
        self,
        entries: Iterable[Entry | None],
        *,
        name: object = None,
        versions: Iterable[object] = (),
        status: object = None,
        status_reason: object = None,
    ) -> Document:
        """Return the document of a page.

        Raises `UpstreamUnavailable` for a page of another project, and for one of
        whose files none can be served.
        """
        if isinstance(name, str) and normalise(name) != self.normalized_name:
            raise UpstreamUnavailable
        kept = self._keep(entries)
        known = {entry.version for entry in kept} | {str(v) for v in versions if is_version(v)}
        ordered = in_order(known - {""})
        # A file whose name tells no version stands before all others.
        place = {version: number for number, version in enumerate(("", *ordered))}
        return Document(
            name=str(name) if is_name(name) else self.normalized_name,
            normalized_name=self.normalized_name,
            versions=ordered,
            entries=tuple(sorted(kept, key=lambda entry: (place[entry.version], entry.filename))),
            status=str(status) if status in STATUSES else "active",
            status_reason=text(status_reason) or None,
        )

    def _keep(self, entries: Iterable[Entry | None]) -> list[Entry]:
        """Return the files that can be served, of each name the first."""
        kept: dict[str, Entry] = {}
        for entry in entries:
            if entry is not None:
                kept.setdefault(entry.filename, entry)
        if self._dropped:
            extra = {"project": self.normalized_name, "count": self._dropped}
            _log.warning("files of an upstream were left out", extra=extra)
        if self._dropped and not kept:
            raise UpstreamUnavailable
        return list(kept.values())

    def _place(self, url: object) -> str | None:
        """Return where a file is, without the fragment, if we may ask for it there."""
        if not isinstance(url, str):
            return None
        place = self._resolve(url.strip()).partition("#")[0]
        place = place.replace(" ", "%20")
        end = place.find("/", len("https://"))
        if end < 0 or len(place) > LONGEST_URL or UNASKABLE.search(place):
            return None
        server = place[:end]
        if server not in self._places:
            self._places[server] = self._allows(f"{server}/")
        return place if self._places[server] else None

    def _resolve(self, url: str) -> str:
        # Joining takes its time where there are 40,000 files, and most need none.
        if url.startswith(_WHOLE):
            return url
        try:
            return urljoin(self.base, url)
        except ValueError:
            return ""


def in_order(versions: Iterable[str]) -> tuple[str, ...]:
    """Return versions in the order of PEP 440, those that it does not know first."""
    parsed: dict[str, Version | None] = {text: parse_version(text) for text in versions}
    strange = sorted(text for text, version in parsed.items() if version is None)
    usual = [(version, text) for text, version in parsed.items() if version is not None]
    return (*strange, *(text for _version, text in sorted(usual)))


def is_filename(value: object) -> bool:
    """Tell whether a file may have this name here."""
    if not isinstance(value, str) or not value.strip(". ") or _BAD.search(value):
        return False
    return len(value.encode()) <= LONGEST_FILENAME


def is_version(value: object) -> bool:
    """Tell whether a version may be shown as it is."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_VERSION and not _BAD.search(value)


def is_name(value: object) -> bool:
    """Tell whether a project may be called so."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and not _BAD.search(value)


def text(value: object) -> str | None:
    """Return a text that can be written down, or None."""
    return value if isinstance(value, str) and not _UNWRITABLE.search(value) else None


def size_of(value: object) -> int | None:
    """Return a number of bytes, or None."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_BYTES:
        return value
    return None


def time_of(value: object) -> datetime | None:
    """Return a time in UTC, which is meant where nothing is said of zones, or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def digests_of(hashes: object) -> dict[str, str]:
    """Return the digests that we know, in lower case, if they have the form of such."""
    if not isinstance(hashes, Mapping):
        return {}
    found = {}
    for name, length in _DIGESTS.items():
        told = hashes.get(name)
        if isinstance(told, str) and len(told) == length and _HEX.fullmatch(told.lower()):
            found[name] = told.lower()
    return found


def metadata_of(filename: str, told: object) -> tuple[bool, str | None]:
    """Return whether a file has core metadata of its own, and their digest.

    Only wheels: pip would ask for those of a source archive too, and nobody has them.
    """
    if not told or not filename.lower().endswith(".whl"):
        return False, None
    if isinstance(told, Mapping):
        return True, digests_of(told).get("sha256")
    return told is True, None
