"""Questions that documents answer by themselves: by name, by what is embedded, by sums.

Whoever asks names the indexes whose readers they are; nothing of another one is told.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from app.mongo.connection import database
from app.mongo.documents import IndexEntry, ProjectEntry, ReleaseEntry
from app.projects.names import normalise

PUBLIC = "public"


@dataclass(frozen=True)
class Share:
    """How many projects have something in common."""

    name: str
    projects: int


def list_public() -> list[str]:
    """Return the slugs of the indexes that everybody may read.

    One that looks into another that is not open shows what is there, so it is not either.
    """
    database()
    entries = {entry.key: entry for entry in IndexEntry.objects}
    return sorted(slug for slug in entries if _is_open(slug, entries, set()))


def find_project(name: str, indexes: Sequence[str]) -> ProjectEntry | None:
    """Return the project of a name, in any spelling, from the first index that shows it."""
    database()
    wanted = ProjectEntry.objects(
        normalized_name=normalise(name),
        index__in=indexes,
        removed_at=None,
        status__ne="quarantined",
    )
    found = {entry.index: entry for entry in wanted}
    return next((found[slug] for slug in indexes if slug in found), None)


def list_of_people(usernames: Collection[str], indexes: Collection[str]) -> list[ProjectEntry]:
    """Return the projects in which one of some accounts has a role, by name."""
    database()
    wanted = _shown(indexes).filter(roles__username__in=usernames)
    return list(wanted.exclude("releases").order_by("normalized_name"))


def list_with(
    indexes: Collection[str],
    *,
    licenses: Collection[str] | None = None,
    languages: Collection[str] | None = None,
) -> list[ProjectEntry]:
    """Return the projects whose newest release has one of some licences and languages."""
    database()
    wanted = _shown(indexes)
    if licenses is not None:
        wanted = wanted.filter(latest__license__in=licenses)
    if languages is not None:
        wanted = wanted.filter(latest__languages__in=languages)
    return list(wanted.exclude("releases").order_by("normalized_name"))


def find_release_of(sha256: str, indexes: Collection[str]) -> ReleaseEntry | None:
    """Return the release, or the part of it, that has a file of some digest."""
    database()
    wanted = ReleaseEntry.objects(files__sha256=sha256, index__in=indexes)
    first: ReleaseEntry | None = wanted.exclude("description", "description_html").first()
    return first


def count_licenses(indexes: Collection[str]) -> list[Share]:
    """Return how many projects have each licence, the most frequent first."""
    return _count(indexes, "latest.license")


def count_languages(indexes: Collection[str]) -> list[Share]:
    """Return how many projects are written in, or for, each language."""
    return _count(indexes, "latest.languages", is_list=True)


def _shown(indexes: Collection[str]) -> Any:
    return ProjectEntry.objects(
        index__in=indexes, removed_at=None, status__ne="quarantined", latest__ne=None
    )


def _count(indexes: Collection[str], path: str, *, is_list: bool = False) -> list[Share]:
    database()
    steps: list[dict[str, Any]] = [{"$unwind": f"${path}"}] if is_list else []
    steps += [
        {"$group": {"_id": f"${path}", "projects": {"$sum": 1}}},
        {"$match": {"_id": {"$ne": None}}},
        {"$sort": {"projects": -1, "_id": 1}},
    ]
    return [Share(each["_id"], each["projects"]) for each in _shown(indexes).aggregate(steps)]


def _is_open(slug: str, entries: dict[str, Any], seen: set[str]) -> bool:
    """Tell whether an index and all that it looks into are open."""
    if slug in seen:
        return True
    entry = entries.get(slug)
    if entry is None or entry.visibility != PUBLIC:
        return False
    return all(_is_open(base, entries, seen | {slug}) for base in entry.bases)
