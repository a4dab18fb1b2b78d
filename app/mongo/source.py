"""A hosted index as a source that is read from MongoDB.

What decides is asked of the database each time, and costs one row found by its index:
whether a project is there, its status, and the number of its last change. A copy counts
only if it was made at that very number, so one that lags, or that is being written at
this moment, is never shown: the database answers in its place, as it does for projects
with very many files, which no slow server could tell in time. Owners of names and files
that may be sent are asked of the database alone.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import RowMapping
from typing_extensions import override

from app.core.database import is_writing
from app.mongo import reading
from app.mongo.asking import ask, is_long
from app.mongo.moments import from_micros
from app.mongo.reading import Copy
from app.projects.names import normalise
from app.projects.versions import canonical, parse_version
from app.sources import queries
from app.sources.base import LAST, NEXT
from app.sources.local import LocalSource, company
from app.sources.page import FileLink, ReleaseDetail
from app.sources.statements import QUARANTINED

Found = TypeVar("Found")


class MongoSource(LocalSource):
    """The projects that were published in a hosted index, read from their documents."""

    @override
    def list_links(self, project: RowMapping) -> Sequence[FileLink]:
        if is_long(project):
            return super().list_links(project)
        found = _ask(partial(reading.list_links, self.slug, project))
        return super().list_links(project) if found is None else found

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        parsed = None if version is None else parse_version(version)
        project = queries.find_project_row(self.index_id, normalise(name))
        if project is None or (version is not None and parsed is None):
            return None
        if is_long(project):
            return super().find_release(name, version)
        wanted = None if parsed is None else canonical(parsed)
        copy = _ask(partial(reading.find_release, self.slug, project, wanted))
        return super().find_release(name, version) if copy is None else self._detail(project, copy)

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        serial = queries.find_names_serial(self.index_id)
        is_current = _ask(partial(reading.has_followed, serial))
        while is_current and begin < end:
            found = _ask(partial(reading.list_names, self.slug, begin, end))
            if found is None:
                break
            yield from found
            begin = f"{found[-1][1]}{NEXT}" if found else end
        # Whatever MongoDB could not tell; it may be lost in the middle of the list.
        if not is_current or begin < end:
            yield from super().names(begin, end)

    def _detail(self, project: RowMapping, copy: Copy) -> ReleaseDetail:
        release, latest = copy.release, copy.latest
        canonical_version = release["canonical_version"]
        people = queries.list_company(project["id"], canonical_version)
        html = copy.html
        if html is None:
            # It takes no number when it is made.
            html = queries.find_html(project["id"], canonical_version)
        return ReleaseDetail(
            index_slug=self.slug,
            name=project["name"],
            normalized_name=project["normalized_name"],
            status=project["status"],
            status_reason=project["status_reason"],
            serial=project["last_serial"],
            latest_version=latest["version"],
            latest_stable_version=latest["version"] if latest["is_stable"] else None,
            description_html=html,
            files=() if project["status"] == QUARANTINED else copy.files,
            releases=copy.lines,
            release_count=copy.project["release_count"],
            **_own_facts(release),
            **company(people),
        )


def _ask(question: Callable[[], Found | None]) -> Found | None:
    # What is being written is known to the database alone.
    return None if is_writing() else ask(question)


def _own_facts(release: dict[str, Any]) -> dict[str, Any]:
    lists = {name: tuple(release.get(name, ())) for name in _LISTS}
    return {
        **{name: release.get(name) for name in _SAME},
        **lists,
        "license_name": release.get("license"),
        "published_at": from_micros(release["published_at"]),
        "project_urls": tuple((link["label"], link["url"]) for link in release["project_urls"]),
    }


# Facts of a release whose names and values are those of the detail.
_SAME = (
    *("version", "is_prerelease", "is_yanked", "yanked_reason", "metadata_version", "summary"),
    *("description", "description_content_type", "author", "author_email", "maintainer"),
    *("maintainer_email", "home_page", "download_url", "license_text", "license_expression"),
    "requires_python",
)
_LISTS = (
    *("keywords", "license_files", "platforms", "provides_extra", "dynamic", "import_names"),
    *("classifiers", "languages", "requires_dist"),
)
