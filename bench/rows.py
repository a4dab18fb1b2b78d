"""Rows of the catalogue as dictionaries, every column filled: bulk inserts know no defaults."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from packaging.version import Version

from app.projects.models import File, Release
from app.projects.names import lookalike, normalise
from app.projects.versions import canonical, sort_key
from bench.histories import PlannedRelease, plan_releases

Row = dict[str, Any]

_SUBJECTS = ("A client for", "Tools around", "Simple", "Fast", "Bindings for", "An opinionated")
_NEEDS = (">=3.8", ">=3.9", ">=3.10", ">=3.7", ">=3.6", ">=3.8,<4.0", ">=2.7", None)
_LICENSES = ("MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-or-later", None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a project is to become; without files it has no releases either."""

    name: str
    file_count: int
    last_serial: int
    updated_at: datetime


@dataclass(frozen=True)
class Batch:
    """Rows that belong together."""

    projects: list[Row]
    releases: list[Row]
    files: list[Row]


class Numbers:
    """The numbers that the next rows of each table get."""

    def __init__(self, projects: int, releases: int, files: int) -> None:
        self.projects, self.releases, self.files = count(projects), count(releases), count(files)


def make_batch(plans: list[Plan], index_id: int, numbers: Numbers) -> Batch:
    """Return all rows of some projects."""
    batch = Batch([], [], [])
    for plan in plans:
        # Whatever a project is made of follows from its name alone.
        rng = random.Random(plan.name)
        history = plan_releases(rng, plan.file_count, plan.updated_at) if plan.file_count else []
        project = _project(plan, index_id, next(numbers.projects))
        releases = list(_releases(rng, project, history, numbers))
        if releases:
            project["created_at"] = releases[0]["published_at"]
            project["latest_release_id"] = max(releases, key=_preference)["id"]
        batch.projects.append(project)
        batch.releases.extend(releases)
        for release, planned in zip(releases, history, strict=True):
            batch.files.extend(_files(rng, project, release, planned, numbers))
    return batch


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
        "created_at": plan.updated_at,
        "updated_at": plan.updated_at,
        "removed_at": None,
    }


def _releases(
    rng: random.Random, project: Row, history: list[PlannedRelease], numbers: Numbers
) -> Iterator[Row]:
    words = normalise(project["name"]).replace("-", " ")
    same = {
        "summary": f"{rng.choice(_SUBJECTS)} {words}",
        "keywords": words.replace(" ", ","),
        "author_email": f"{words.split()[0]}@example.org",
        "license_expression": rng.choice(_LICENSES),
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
_EMPTY_FILE: Row = dict.fromkeys(File.__table__.c.keys(), "") | {
    "uploaded_by": None,
    "quarantined_at": None,
    "removed_at": None,
}
