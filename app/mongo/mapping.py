"""Rows of SQL as documents: the same rows always become the same bytes.

What is None is left out, as mongoengine does it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from bson import encode
from sqlalchemy import RowMapping

from app.mongo import rows
from app.mongo.exceptions import DocumentTooLarge
from app.mongo.keys import project_key, release_key
from app.mongo.moments import to_micros
from app.projects.descriptions import render_plain
from app.projects.metadata import split_keywords

Facts = dict[str, Any]
# What no document can hold.
Refused = list[DocumentTooLarge]
_Own = dict[str, Sequence[RowMapping]]

# MongoDB takes 16 MiB, and what it adds itself must fit as well.
LARGEST = 15 * 2**20
# Files of one document, and letters of a text that stands in the first part.
FILES_PER_PART, LETTERS_PER_TEXT = 4_000, 2**20
_LONG_TEXTS = ("description_html", "description", "license_text")
# Further parts carry those of the first, so that files are found in them as well.
_SHARED = (
    *("project", "release", "index", "name", "normalized_name"),
    *("version", "canonical_version", "sort_key", "is_yanked", "yanked_reason"),
)
_LISTS = ("license_files", "platforms", "provides_extra", "dynamic", "import_names")
_SAME = (
    *("version", "canonical_version", "is_prerelease", "yanked_reason", "metadata_version"),
    *("summary", "description", "description_content_type", "author", "author_email"),
    *("maintainer", "maintainer_email", "home_page", "download_url", "license_text"),
    *("license_expression", "requires_python"),
)


def sealed(facts: Mapping[str, Any]) -> Facts:
    """Return a document of some facts, with its digest; raises `DocumentTooLarge`."""
    document = {name: value for name, value in facts.items() if value is not None}
    body = encode(document)
    if len(body) > LARGEST:
        raise DocumentTooLarge(
            f"{facts['_id']} has a fact that MongoDB cannot hold: documents end at 16 MB."
        )
    document["digest"] = blake2b(body, digest_size=16).hexdigest()
    return document


def is_intact(document: Mapping[str, Any]) -> bool:
    """Tell whether a document still is what its digest was made of."""
    facts = {name: value for name, value in document.items() if name != "digest"}
    body = encode(facts)
    return document.get("digest") == blake2b(body, digest_size=16).hexdigest()


def map_projects(projects: rows.Rows, refused: Refused) -> dict[int, Facts]:
    """Return the documents of projects by their numbers; notes those that cannot be."""
    shown = [row["id"] for row in projects if row["removed_at"] is None]
    people, history = rows.list_people(shown), rows.list_history(shown)
    latest = rows.list_latest(shown)
    chosen = [release["id"] for found in latest.values() for release in found]
    languages = rows.list_languages(chosen)
    documents: dict[int, Facts] = {}
    for row in projects:
        with _noting(refused):
            documents[row["id"]] = sealed(
                _project(row)
                | _people(people.get(row["id"], ()))
                | _latest(latest.get(row["id"], ()), languages)
                | _history(history.get(row["id"], ()))
            )
    return documents


def map_releases(ids: Collection[int], refused: Refused) -> Iterator[list[Facts]]:
    """Yield the documents of each of some releases, its parts in their order.

    Notes those that cannot be.
    """
    releases = rows.list_releases(ids)
    belongings = {
        "files": rows.list_files(ids),
        "classifiers": rows.list_classifiers(ids),
        "languages": rows.list_languages(ids),
        "dependencies": rows.list_dependencies(ids),
        "urls": rows.list_urls(ids),
    }
    for row in releases:
        own: dict[str, Sequence[RowMapping]] = {
            kind: found.get(row["id"], ()) for kind, found in belongings.items()
        }
        yield _parts(_release(row) | _belongings(own))


def _project(row: RowMapping) -> Facts:
    return {
        "_id": project_key(row["slug"], row["normalized_name"]),
        "index": row["slug"],
        "name": row["name"],
        "normalized_name": row["normalized_name"],
        "status": row["status"],
        "status_reason": row["status_reason"],
        "serial": row["last_serial"],
        "created_at": to_micros(row["created_at"]),
        "updated_at": to_micros(row["updated_at"]),
        "removed_at": to_micros(row["removed_at"]),
    }


def _people(roles: Sequence[RowMapping]) -> Facts:
    people = sorted((role["username"], role["kind"]) for role in roles)
    return {"roles": [{"username": name, "kind": kind} for name, kind in people]}


def _latest(found: Sequence[RowMapping], languages: rows.Grouped) -> Facts:
    if not found:
        return {}
    row = found[0]
    facts = {
        "version": row["version"],
        "canonical_version": row["canonical_version"],
        "is_stable": row["is_stable"],
        "is_yanked": row["is_yanked"],
        "published_at": to_micros(row["published_at"]),
        "summary": row["summary"],
        "license": row["license"],
        "languages": sorted(each["name"] for each in languages.get(row["id"], ())),
        "keywords": list(split_keywords(row["keywords"])),
        "requires_python": row["requires_python"],
    }
    return {"latest": _known(facts)}


def _history(found: Sequence[RowMapping]) -> Facts:
    lines = [
        {
            "version": row["version"],
            "published_at": to_micros(row["published_at"]),
            "file_count": row["file_count"],
            "is_prerelease": row["is_prerelease"],
            "is_yanked": row["is_yanked"],
            "yanked_reason": row["yanked_reason"],
        }
        for row in found
    ]
    return {"releases": lines, "release_count": found[0]["total"] if found else 0}


def _release(row: RowMapping) -> Facts:
    project = project_key(row["slug"], row["normalized_name"])
    key = release_key(project, row["canonical_version"])
    return {
        "_id": key,
        "project": project,
        "release": key,
        "part": 0,
        "index": row["slug"],
        "name": row["name"],
        "normalized_name": row["normalized_name"],
        "sort_key": row["sort_key"].hex(),
        "published_at": to_micros(row["published_at"]),
        "is_yanked": row["yanked_at"] is not None,
        "license": row["license_name"],
        "keywords": list(split_keywords(row["keywords"])),
        **{column: row[column] for column in _SAME},
        **{name: [_text(each) for each in row["details"].get(name, ())] for name in _LISTS},
        **_html(row["description"], row["description_html"]),
    }


def _html(text: str, html: str | None) -> Facts:
    if not text:
        return {"description_html": ""}
    if html is None:
        return {"is_waiting": True}
    # A text that is shown as it was written may be five times as long as HTML.
    if len(html) > LETTERS_PER_TEXT and html == render_plain(text):
        return {"is_plain": True}
    return {"description_html": html}


def _belongings(own: _Own) -> Facts:
    return {
        "classifiers": sorted(row["name"] for row in own["classifiers"]),
        "languages": sorted(row["name"] for row in own["languages"]),
        "requires_dist": [row["requirement"] for row in own["dependencies"]],
        "requires": sorted({row["normalized_name"] for row in own["dependencies"]}),
        "project_urls": [{"label": row["label"], "url": row["url"]} for row in own["urls"]],
        "files": [_file(row) for row in own["files"]],
    }


def _file(row: RowMapping) -> Facts:
    facts = {name: value for name, value in row.items() if name not in {"of", "uploaded_at"}}
    return _known(facts | {"uploaded_at": to_micros(row["uploaded_at"])})


def _parts(facts: Facts) -> list[Facts]:
    """Return a release as one document, or as several if it is too large for one."""
    files, spilled = facts["files"], []
    for begin in range(FILES_PER_PART, len(files), FILES_PER_PART):
        spilled.append({"files": files[begin : begin + FILES_PER_PART]})
    spilled += [
        {name: facts.pop(name)}
        for name in _LONG_TEXTS
        if len(facts.get(name) or "") > LETTERS_PER_TEXT
    ]
    shared = {name: facts[name] for name in _SHARED}
    further = [
        shared | {"_id": f"{facts['_id']}#{number}", "part": number} | more
        for number, more in enumerate(spilled, start=1)
    ]
    return [sealed(part) for part in (facts | {"files": files[:FILES_PER_PART]}, *further)]


@contextmanager
def _noting(refused: Refused) -> Iterator[None]:
    try:
        yield
    except DocumentTooLarge as refusal:
        refused.append(refusal)


def _known(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}


def _text(value: Any) -> str:
    """Return a text that can be written as UTF-8: JSON can hold halves of characters."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
