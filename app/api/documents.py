"""Releases as JSON documents, in the shape that tools know from the public index."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.sources.page import FileLink, IndexPage, Person, ReleaseDetail

# Who only may read a project does not own it.
_OWNING = ("owner", "maintainer")
_NOT_TOLD = {"last_day": -1, "last_month": -1, "last_week": -1}


@dataclass(frozen=True)
class Addresses:
    """The full addresses in a document; `base` has no final slash.

    `index` is the path of the index that is asked, and empty for the main one.
    """

    base: str
    index: str = ""

    def project(self, name: str) -> str:
        """Return the address of a project's page."""
        return f"{self.base}{self.index}/project/{quote(name, safe='')}/"

    def release(self, name: str, version: str) -> str:
        """Return the address of a release's page."""
        return f"{self.project(name)}{quote(version, safe='+!')}/"

    def file(self, file: FileLink) -> str:
        """Return the address of a file."""
        return f"{self.base}/files/{file.address}/{quote(file.filename, safe='+!')}"


def release_document(detail: ReleaseDetail, addresses: Addresses) -> dict[str, Any]:
    """Return all that is told of one release."""
    return {
        "info": _info(detail, addresses),
        "urls": [_entry(file, addresses) for file in detail.files],
        "vulnerabilities": [],
        "ownership": {"roles": _roles(detail.people), "organization": None},
        "last_serial": detail.serial,
    }


def project_document(
    detail: ReleaseDetail, page: IndexPage, addresses: Addresses
) -> dict[str, Any]:
    """Return what is told of a project: its main release, and the files of all."""
    releases: dict[str, list[dict[str, Any]]] = {version: [] for version in page.versions}
    for file in page.files:
        # Of some old files no version is known.
        if file.version:
            releases[file.version].append(_entry(file, addresses))
    return release_document(detail, addresses) | {"releases": releases}


def _info(detail: ReleaseDetail, addresses: Addresses) -> dict[str, Any]:
    return {
        "name": detail.name,
        "version": detail.version,
        "yanked": detail.is_yanked,
        "yanked_reason": detail.yanked_reason or None,
        **_metadata(detail),
        **_links(detail, addresses),
        "downloads": _NOT_TOLD,
    }


def _metadata(detail: ReleaseDetail) -> dict[str, Any]:
    return {
        "summary": detail.summary,
        "description": detail.description,
        "description_content_type": detail.description_content_type,
        "keywords": ",".join(detail.keywords),
        "author": detail.author,
        "author_email": detail.author_email,
        "maintainer": detail.maintainer,
        "maintainer_email": detail.maintainer_email,
        "license": detail.license_text or None,
        "license_expression": detail.license_expression,
        "license_files": _some(detail.license_files),
        "classifiers": list(detail.classifiers),
        "platform": ",".join(detail.platforms) or None,
        "requires_python": detail.requires_python,
        "requires_dist": _some(detail.requires_dist),
        "provides_extra": _some(detail.provides_extra),
        "dynamic": _some(detail.dynamic),
    }


def _links(detail: ReleaseDetail, addresses: Addresses) -> dict[str, Any]:
    own = {"Homepage": detail.home_page, "Download": detail.download_url}
    links = {label: url for label, url in own.items() if url} | dict(detail.project_urls)
    page = addresses.project(detail.normalized_name)
    return {
        "project_urls": links or None,
        "home_page": detail.home_page,
        "download_url": detail.download_url,
        "docs_url": None,
        "bugtrack_url": None,
        "package_url": page,
        "project_url": page,
        "release_url": addresses.release(detail.normalized_name, detail.version),
    }


def _entry(file: FileLink, addresses: Addresses) -> dict[str, Any]:
    digests = {"md5": file.md5, "sha256": file.sha256, "blake2b_256": file.blake2_256}
    return {
        "filename": file.filename,
        "url": addresses.file(file),
        "packagetype": file.filetype,
        "python_version": file.python_tag,
        "requires_python": file.requires_python,
        "size": file.size,
        "md5_digest": file.md5,
        "digests": {name: digest for name, digest in digests.items() if digest},
        "core-metadata": _core_metadata(file),
        **_upload_times(file.uploaded_at),
        "yanked": file.is_yanked,
        "yanked_reason": file.yanked_reason or None,
        "comment_text": file.comment,
        "has_sig": False,
        "downloads": -1,
    }


def _core_metadata(file: FileLink) -> bool | dict[str, str]:
    return {"sha256": file.metadata_sha256} if file.metadata_sha256 else file.has_metadata


def _upload_times(moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    return {
        "upload_time": _time(moment, "seconds"),
        "upload_time_iso_8601": _time(moment, "microseconds") + "Z",
    }


def _roles(people: Iterable[Person]) -> list[dict[str, str]]:
    return [
        {"role": person.role.capitalize(), "user": person.username}
        for person in people
        if person.role in _OWNING
    ]


def _some(values: tuple[str, ...]) -> list[str] | None:
    return list(values) or None


def _time(moment: datetime, precision: str) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec=precision)
