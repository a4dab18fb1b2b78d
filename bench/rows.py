"""Rows of the catalogue as dictionaries, every column filled: bulk inserts know no defaults."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from packaging.version import Version

from app.projects.models import File, Release
from app.projects.names import lookalike, normalise
from app.projects.versions import canonical, sort_key
from app.search.facets import pack_facets
from bench.histories import PlannedRelease, plan_releases
from bench.listings import make_listing
from bench.metadata import Told, draw_metadata

Row = dict[str, Any]

_SUBJECTS = ("A client for", "Tools around", "Simple", "Fast", "Bindings for", "An opinionated")
_NEEDS = (">=3.8", ">=3.9", ">=3.10", ">=3.7", ">=3.6", ">=3.8,<4.0", ">=2.7", None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a project is to become; without files it has one release all the same."""

    name: str
    file_count: int
    last_serial: int
    updated_at: datetime
    rank: int | None = None


@dataclass(frozen=True)
class Batch:
    """Rows that belong together."""

    projects: list[Row]
    releases: list[Row]
    files: list[Row]
    classifiers: list[Row]
    dependencies: list[Row]
    listings: list[Row]


class Numbers:
    """The numbers that the next rows of each table get."""

    def __init__(
        self, projects: int, releases: int, files: int, dependencies: int, listings: int
    ) -> None:
        self.projects, self.releases, self.files = count(projects), count(releases), count(files)
        self.dependencies, self.listings = count(dependencies), count(listings)


@dataclass(frozen=True)
class Surroundings:
    """What all projects have around them: their index, classifiers by name, and each other."""

    index_id: int
    classifiers: Mapping[str, int]
    names: Sequence[str]
    note_labels: Callable[[int, Sequence[tuple[str, str]]], Mapping[tuple[str, str], int]]


def make_batch(plans: list[Plan], around: Surroundings, numbers: Numbers) -> Batch:
    """Return all rows of some projects."""
    batch = Batch([], [], [], [], [], [])
    for plan in plans:
        _add_project(batch, plan, around, numbers)
    return batch


def _add_project(batch: Batch, plan: Plan, around: Surroundings, numbers: Numbers) -> None:
    # Whatever a project is made of follows from its name, and who else there is.
    rng = random.Random(plan.name)
    told = draw_metadata(random.Random(f"words of {plan.name}"), plan.name, around.names)
    history = plan_releases(rng, plan.file_count or 1, plan.updated_at)
    project = _project(plan, around.index_id, next(numbers.projects))
    releases = list(_releases(rng, project, told, history, numbers))
    latest = max(releases, key=_preference)
    project["created_at"] = releases[0]["published_at"]
    project["latest_release_id"] = latest["id"]
    project["release_count"] = len(releases)
    batch.projects.append(project)
    batch.releases.extend(releases)
    if plan.file_count:
        for release, planned in zip(releases, history, strict=True):
            batch.files.extend(_files(rng, project, release, planned, numbers))
    batch.classifiers.extend(
        {"release_id": latest["id"], "classifier_id": around.classifiers[name]}
        for name in told.classifiers
    )
    batch.dependencies.extend(_dependencies(latest["id"], told, numbers))
    number = next(numbers.listings)
    listing, labels = make_listing(project, latest, told, number=number, rank=plan.rank)
    facets = pack_facets(around.note_labels(number, labels))
    batch.listings.append(listing | {"facets": facets})


def _project(plan: Plan, index_id: int, number: int) -> Row:
    return {
        "id": number,
        "index_id": index_id,
        "name": plan.name,
        "normalized_name": normalise(plan.name),
        "lookalike": lookalike(plan.name),
        "status": "active",
        "status_reason": None,
        "latest_release_id": None,
        "last_serial": plan.last_serial,
        "release_count": None,
        "file_count": plan.file_count,
        "max_file_bytes": None,
        "max_total_bytes": None,
        "created_at": plan.updated_at,
        "updated_at": plan.updated_at,
        "removed_at": None,
    }


def _releases(
    rng: random.Random, project: Row, told: Told, history: list[PlannedRelease], numbers: Numbers
) -> Iterator[Row]:
    words = normalise(project["name"]).replace("-", " ")
    same = {
        "summary": f"{rng.choice(_SUBJECTS)} {words}",
        "keywords": ",".join(told.keywords),
        "author_email": f"{told.person} <{words.split()[0]}@example.org>",
        "license_expression": told.license,
        "requires_python": rng.choice(_NEEDS),
    }
    for planned in history:
        version, key, is_prerelease = _facts_of(planned.version)
        yield (
            _EMPTY_RELEASE
            | same
            | {
                "id": next(numbers.releases),
                "project_id": project["id"],
                "version": planned.version,
                "canonical_version": version,
                "sort_key": key,
                "is_prerelease": is_prerelease,
                "published_at": planned.published_at,
                "yanked_at": planned.yanked_at,
                "yanked_reason": planned.yanked_reason,
            }
        )


def _files(
    rng: random.Random, project: Row, release: Row, planned: PlannedRelease, numbers: Numbers
) -> Iterator[Row]:
    stem = f"{project['normalized_name'].replace('-', '_')}-{release['version']}"
    # Half of all files are below some 20 kB, and some are huge.
    size = int(rng.lognormvariate(10, 1.6)) + 1_000
    for place, ending in enumerate(planned.endings):
        filename = stem + ending
        is_wheel = ending.endswith(".whl")
        named = filename.encode()
        yield _EMPTY_FILE | {
            "id": next(numbers.files),
            "index_id": project["index_id"],
            "release_id": release["id"],
            "filename": filename,
            "filetype": "bdist_wheel" if is_wheel else "sdist",
            "python_tag": ending.split("-")[1] if is_wheel else "source",
            "size": size + 37 * place,
            "sha256": hashlib.sha256(named).hexdigest(),
            "blake2_256": hashlib.blake2b(named, digest_size=32).hexdigest(),
            "md5": hashlib.md5(named).hexdigest(),
            "metadata_sha256": _digest_of_metadata(filename) if is_wheel else None,
            "requires_python": release["requires_python"],
            "uploaded_at": planned.published_at + timedelta(seconds=place),
        }


def _dependencies(release_id: int, told: Told, numbers: Numbers) -> Iterator[Row]:
    for position, name in enumerate(told.needs):
        yield {
            "id": next(numbers.dependencies),
            "release_id": release_id,
            "position": position,
            "requirement": name,
            "normalized_name": normalise(name),
            "extra": None,
        }


def _preference(release: Row) -> tuple[bool, bool, bytes]:
    """Tell the release that people should install: it has the greatest."""
    is_kept = release["yanked_at"] is None
    return is_kept, is_kept and not release["is_prerelease"], release["sort_key"]


@lru_cache(maxsize=100_000)
def _facts_of(text: str) -> tuple[str, bytes, bool]:
    version = Version(text)
    return canonical(version), sort_key(version), version.is_prerelease


def _digest_of_metadata(filename: str) -> str:
    return hashlib.sha256(f"{filename}.metadata".encode()).hexdigest()


_EMPTY_RELEASE: Row = dict.fromkeys(Release.__table__.c.keys(), "") | {
    "published_by": None,
    "removed_at": None,
    "metadata_version": "2.1",
    "description_html": None,
    "description_content_type": None,
    "license_id": None,
    "details": {},
}
_EMPTY_FILE: Row = {
    column.key: None if column.nullable else "" for column in File.__table__.columns
}
