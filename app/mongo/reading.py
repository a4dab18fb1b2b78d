"""What pages read of the documents: just what the database has at this moment, or nothing.

The copy of a project counts if it was made at the number and time of its last change.
Its releases are other documents, which somebody may be writing at this moment; they count
if they are those that the project's was sealed with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from app.mongo import marks
from app.mongo.connection import database
from app.mongo.keys import project_key, release_key
from app.mongo.mapping import Facts
from app.mongo.moments import from_micros, to_micros
from app.mongo.sealing import in_order, seal
from app.projects.descriptions import render_plain
from app.sources.page import FileLink, ReleaseLine
from app.sources.statements import QUARANTINED

NAMES_AT_ONCE = 5_000
# Stands in the order of bytes behind what divides the key of a release from a part's number.
_BEHIND_PARTS = "$"
_SAME = (
    *("filename", "sha256", "size", "filetype", "python_tag", "md5", "blake2_256"),
    *("requires_python", "metadata_sha256", "comment"),
)
_LISTED = dict.fromkeys(
    (
        *("digest", "sort_key", "part", "version", "is_yanked", "yanked_reason"),
        *("files.uploaded_at", "files.is_quarantined", *(f"files.{name}" for name in _SAME)),
    ),
    1,
)


@dataclass(frozen=True)
class Copy:
    """A release as documents have it, with what they have of its project."""

    project: Facts
    release: Facts
    files: tuple[FileLink, ...]

    @property
    def latest(self) -> Facts:
        """Return the release that people should install."""
        found: Facts = self.project["latest"]
        return found

    @property
    def lines(self) -> tuple[ReleaseLine, ...]:
        """Return the history of the project, newest first."""
        return tuple(map(_line, self.project["releases"]))

    @property
    def html(self) -> str | None:
        """Return the description as HTML, or None if it was still to be made."""
        if self.release.get("is_plain"):
            return render_plain(self.release["description"])
        html: str | None = self.release.get("description_html")
        return html


def list_links(slug: str, project: RowMapping) -> list[FileLink] | None:
    """Return the files of a project as `sources.queries` orders them, or None."""
    key = project_key(slug, project["normalized_name"])
    entry = _find_entry(key, project, {"contents": 1})
    if entry is None:
        return None
    parts = _list_parts({"project": key}, _LISTED)
    if seal(parts) != entry.get("contents"):
        return None
    return [link for part in parts for link in _links(part)]


def find_release(slug: str, project: RowMapping, canonical_version: str | None) -> Copy | None:
    """Return a release, by default the one that people should install, or None."""
    key = project_key(slug, project["normalized_name"])
    entry = _find_entry(key, project)
    if entry is None or "latest" not in entry:
        return None
    wanted = release_key(key, canonical_version or entry["latest"]["canonical_version"])
    seals = {line["version"]: line.get("seal") for line in entry["releases"]}
    parts = _list_parts({"_id": wanted})
    if parts and seal(parts) != seals.get(parts[0]["version"]):
        # Few have further parts, and to look for those costs more than to find the first.
        place = {"_id": {"$gte": wanted, "$lt": wanted + _BEHIND_PARTS}, "release": wanted}
        parts = _list_parts(place)
    if not parts or seal(parts) != seals.get(parts[0]["version"]):
        return None
    # What is too long for the first part stands in another one.
    facts = {name: value for part in reversed(parts) for name, value in part.items()}
    return Copy(entry, facts, tuple(link for part in parts for link in _links(part)))


def has_followed(serial: int) -> bool | None:
    """Tell whether all changes up to a number were copied, or None if they were not."""
    mark = marks.find_mark(marks.FOLLOWED)
    return True if mark is not None and mark["serial"] >= serial else None


def list_names(slug: str, begin: str, end: str) -> list[tuple[str, str]]:
    """Return some of the names from one up to, without, another, as `Source.names` yields them.

    No more are left when there are none.
    """
    wanted = {
        "index": slug,
        "normalized_name": {"$gte": begin, "$lt": end},
        "removed_at": None,
        "status": {"$ne": QUARANTINED},
    }
    found = database().projects.find(wanted, {"name": 1, "normalized_name": 1})
    return [
        (each["name"], each["normalized_name"])
        for each in found.sort("normalized_name").limit(NAMES_AT_ONCE)
    ]


def _find_entry(
    key: str, project: RowMapping, fields: Mapping[str, Any] | None = None
) -> Facts | None:
    stamp = {"serial": project["last_serial"], "updated_at": to_micros(project["updated_at"])}
    return database().projects.find_one({"_id": key, **stamp}, fields)


def _list_parts(place: Facts, fields: Mapping[str, Any] | None = None) -> list[Facts]:
    return in_order(database().releases.find(place, fields))


def _links(part: Facts) -> list[FileLink]:
    shared = {name: part[name] for name in ("version", "is_yanked", "yanked_reason")}
    return [
        FileLink(
            uploaded_at=from_micros(file["uploaded_at"]),
            **{name: file.get(name) for name in _SAME},
            **shared,
        )
        for file in part.get("files", ())
        if not file["is_quarantined"]
    ]


def _line(line: Facts) -> ReleaseLine:
    told = {name: value for name, value in line.items() if name != "seal"}
    return ReleaseLine(**told | {"published_at": from_micros(line["published_at"])})
