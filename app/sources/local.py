"""Our own catalogue as a source."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping
from typing_extensions import override

from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.indexes.models import Index
from app.projects.exceptions import FileNotFound, FileWithdrawn
from app.projects.metadata import split_keywords
from app.projects.names import normalise
from app.projects.versions import canonical, parse_version
from app.sources import queries
from app.sources.base import LAST, Arrival, Source
from app.sources.page import (
    FileLink,
    IndexPage,
    Person,
    ReleaseDetail,
    ReleaseLine,
    StoredFile,
)
from app.sources.statements import QUARANTINED, RELEASE_PREFIX

_log = logging.getLogger(__name__)
# Owners stand first.
_ROLES = ("owner", "maintainer", "reader")


class LocalSource(Source):
    """The projects that were published in a hosted index."""

    def __init__(self, index: Index) -> None:
        self.index_id = index.id
        self.slug = index.slug

    @override
    def find_page(self, name: str) -> IndexPage | None:
        project = queries.find_project_row(self.index_id, normalise(name))
        if project is None:
            return None
        # PEP 792: a project in quarantine offers no files.
        is_open = project["status"] != QUARANTINED
        files = tuple(self.list_links(project)) if is_open else ()
        return IndexPage(
            index_slug=self.slug,
            name=project["name"],
            normalized_name=project["normalized_name"],
            # The files come in the order of versions, and a dictionary keeps it.
            versions=tuple(dict.fromkeys(file.version for file in files)),
            files=files,
            status=project["status"],
            status_reason=project["status_reason"],
            serial=project["last_serial"],
        )

    def list_links(self, project: RowMapping) -> Sequence[FileLink]:
        """Return the files of a project as `queries.list_links` orders them."""
        return queries.list_links(project["id"])

    @override
    def find_serial(self, name: str) -> int | None:
        project = queries.find_project_row(self.index_id, normalise(name))
        return None if project is None else project["last_serial"]

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        parsed = None if version is None else parse_version(version)
        if version is not None and parsed is None:
            return None
        wanted = None if parsed is None else canonical(parsed)
        row = queries.find_project_at(self.index_id, normalise(name), wanted)
        if row is None or row["latest_id"] is None or row[f"{RELEASE_PREFIX}id"] is None:
            return None
        return _detail(self.slug, row, _release_of(row))

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        return queries.iterate_names(self.index_id, begin, end)

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | None:
        row = self._find_open_file(address, filename)
        return None if row is None else self._stored(row, row["filename"], address, row["size"])

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | None:
        row = self._find_open_file(address, filename)
        digest = None if row is None else row["metadata_sha256"]
        if row is None or digest is None:
            return None
        return self._stored(row, f"{row['filename']}.metadata", digest, _size_of(digest))

    @override
    def listed(self, names: Collection[str]) -> set[str]:
        return queries.list_shown(self.index_id, names)

    @override
    def holds(self, names: Collection[str]) -> set[str]:
        return queries.list_held(self.index_id, names)

    @override
    def withheld(self) -> set[str]:
        return queries.list_withheld(self.index_id)

    @override
    def freshen(self, name: str) -> bool:
        return bool(self.holds({normalise(name)}))

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        return

    @override
    def refresh(self, name: str) -> bool:
        return self.freshen(name)

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        raise FileNotFound

    def _find_open_file(self, sha256: str, filename: str) -> RowMapping | None:
        row = queries.find_file_row(self.index_id, sha256, filename)
        if row is None:
            return None
        # PEP 792: the files of a project in quarantine must not be offered.
        if row["quarantined_at"] is not None or row["status"] == QUARANTINED:
            raise FileWithdrawn
        return row

    def _stored(self, row: RowMapping, filename: str, sha256: str, size: int) -> StoredFile:
        return StoredFile(
            filename=filename,
            sha256=sha256,
            size=size,
            project=row["normalized_name"],
            version=row["version"],
            index_slug=self.slug,
        )


def _size_of(sha256: str) -> int:
    size = blobs().find_size(sha256)
    if size is None:
        _log.error("a blob is missing", extra={"sha256": sha256})
        raise StorageUnavailable
    return size


def _release_of(row: RowMapping) -> dict[str, Any]:
    """Return the columns of the release in a row that has those of its project too."""
    columns = (key for key in row if key.startswith(RELEASE_PREFIX))
    return {key.removeprefix(RELEASE_PREFIX): row[key] for key in columns}


def _line(row: RowMapping) -> ReleaseLine:
    return ReleaseLine(
        version=row["version"],
        published_at=row["published_at"],
        file_count=row["file_count"],
        is_prerelease=row["is_prerelease"],
        is_yanked=row["is_yanked"],
        yanked_reason=row["yanked_reason"],
    )


def _detail(slug: str, project: RowMapping, release: Mapping[str, Any]) -> ReleaseDetail:
    history = queries.list_history_rows(project["id"])
    latest, is_open = project["latest_version"], project["status"] != QUARANTINED
    files = queries.list_links_of_release(project["id"], release["id"]) if is_open else ()
    return ReleaseDetail(
        index_slug=slug,
        name=project["name"],
        normalized_name=project["normalized_name"],
        status=project["status"],
        status_reason=project["status_reason"],
        serial=project["last_serial"],
        is_yanked=release["yanked_at"] is not None,
        latest_version=latest,
        latest_stable_version=latest if project["is_latest_stable"] else None,
        keywords=split_keywords(release["keywords"]),
        files=tuple(files),
        releases=tuple(map(_line, history)),
        release_count=history[0]["release_count"] if history else 0,
        **_own_facts(release),
        **_belongings(queries.list_belongings(project["id"], release["id"])),
    )


def _own_facts(release: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: tuple(release["details"].get(name, ())) for name in _DETAILS}
    return {column: release[column] for column in _SAME} | lists


def _belongings(rows: Sequence[RowMapping]) -> dict[str, Any]:
    def each(kind: str) -> list[RowMapping]:
        return [row for row in rows if row["kind"] == kind]

    return {
        "classifiers": tuple(row["first"] for row in each("classifier")),
        "languages": tuple(row["first"] for row in each("language")),
        "requires_dist": tuple(row["first"] for row in each("dependency")),
        "project_urls": tuple((row["first"], row["second"]) for row in each("url")),
        **company(rows),
    }


def company(rows: Sequence[RowMapping]) -> dict[str, Any]:
    """Return, for a detail, the people of a project and the neighbours of a release."""
    people = [
        Person(username=row["first"], name=row["second"], role=row["third"])
        for row in rows
        if row["kind"] == "person"
    ]
    return {
        "neighbours": frozenset(row["first"] for row in rows if row["kind"] == "neighbour"),
        "people": tuple(sorted(people, key=lambda person: _ROLES.index(person.role))),
    }


# Columns of a release whose names and values are those of the detail.
_SAME = (
    "version",
    "published_at",
    "is_prerelease",
    "yanked_reason",
    "metadata_version",
    "summary",
    "description",
    "description_html",
    "description_content_type",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "home_page",
    "download_url",
    "license_text",
    "license_expression",
    "license_name",
    "requires_python",
)
_DETAILS = ("license_files", "platforms", "provides_extra", "dynamic", "import_names")
