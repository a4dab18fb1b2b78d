"""What tells that the documents of a project belong together.

The releases of a project are documents of their own, so whoever reads them may meet
some that are being written. The project's, which is written last, therefore carries a
seal of them all and, in each line of its history, one of that release.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import groupby
from typing import Any

from app.mongo.mapping import Facts, sealed

# What is needed of the parts of releases.
_NEEDED = ("_id", "project", "version", "sort_key", "part", "digest")


def seal(parts: Iterable[Mapping[str, Any]]) -> str:
    """Return what stands for parts of releases, in the order of versions and parts."""
    digests = "".join(part["digest"] for part in parts)
    return blake2b(digests.encode(), digest_size=8).hexdigest()


def outline(part: Facts) -> Facts:
    """Return of a part of a release what sealing needs, which is little to hold."""
    return {name: part[name] for name in _NEEDED}


def in_order(parts: Iterable[Facts]) -> list[Facts]:
    """Return parts of the releases of a project as versions and parts follow one another."""
    return sorted(parts, key=lambda part: (part["sort_key"], part["part"]))


def sealed_all(projects: Iterable[Facts], parts: Iterable[Facts]) -> list[Facts]:
    """Return the documents of projects with the seals of all that their releases are."""
    own: dict[str, list[Facts]] = {}
    for part in parts:
        own.setdefault(part["project"], []).append(part)
    return [_sealed(project, own.get(project["_id"], ())) for project in projects]


def _sealed(project: Facts, parts: Iterable[Facts]) -> Facts:
    ordered = in_order(parts)
    each = groupby(ordered, key=lambda part: part["version"])
    seals = {version: {"seal": seal(own)} for version, own in each}
    facts = {name: value for name, value in project.items() if name != "digest"}
    facts["releases"] = [line | seals.get(line["version"], {}) for line in project["releases"]]
    # Of what is not whole, because a release cannot be a document or came in between, there
    # is no seal, and no page reads it.
    if len(seals) == project["release_count"]:
        facts["contents"] = seal(ordered)
    return sealed(facts)
