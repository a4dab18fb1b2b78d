"""Reads the pages of upstreams: PEP 691 JSON, HTML, and the JSON API of the public index.

What cannot be read is a failure of the upstream, never a project without files.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.mirror.answers import Answer
from app.mirror.documents import Document, Entry
from app.mirror.entries import Reader, is_version, size_of, text, time_of
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.htmlpages import read_html

JSON_TYPES = ("application/vnd.pypi.simple.v1+json", "application/json")
HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "text/html", "application/xhtml+xml")
# What is asked for; the order is for upstreams that cannot count.
ACCEPT = f"{JSON_TYPES[0]}, {HTML_TYPES[0]};q=0.2, text/html;q=0.1"

# As many as the largest project has, four times over.
MOST_VALUES = 4_000_000
_MARKS = (b",", b"[", b"{")


@dataclass(frozen=True)
class SimplePage:
    """A simple page as it was read; `knows_status` if its version of the API has project status."""

    document: Document
    knows_status: bool


def read_simple(answer: Answer, reader: Reader) -> SimplePage:
    """Read a page of the simple API in whatever form it came."""
    if answer.content_type in JSON_TYPES:
        return _read_json(read_object(answer.body), reader)
    if answer.content_type in HTML_TYPES:
        page = read_html(answer, reader)
        return SimplePage(page.document, _knows_status(page.api_version))
    raise UpstreamUnavailable


def read_api(answer: Answer, reader: Reader) -> Document:
    """Read what the JSON API tells of all releases of a project."""
    page = read_object(answer.body)
    info, releases = page.get("info"), page.get("releases")
    if not isinstance(info, dict) or not isinstance(releases, dict):
        raise UpstreamUnavailable
    if not isinstance(info.get("name"), str):
        raise UpstreamUnavailable
    return reader.document(_api_entries(releases, reader), name=info["name"], versions=releases)


def read_object(body: bytes) -> dict[str, Any]:
    """Return a body that is one JSON object; raises `UpstreamUnavailable`."""
    # Each value takes up to a hundred bytes of memory, and few of the body.
    if sum(map(body.count, _MARKS)) > MOST_VALUES:
        raise UpstreamUnavailable
    try:
        page = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UpstreamUnavailable from error
    if not isinstance(page, dict):
        raise UpstreamUnavailable
    return page


def _read_json(page: dict[str, Any], reader: Reader) -> SimplePage:
    files, meta = page.get("files"), _mapping(page.get("meta"))
    version = str(meta.get("api-version", "1.0"))
    if not isinstance(files, list) or not version.startswith("1."):
        raise UpstreamUnavailable
    # PEP 792 has it at the top, but its own example in `meta`.
    status = _mapping(page.get("project-status") or meta.get("project-status"))
    versions = page.get("versions")
    document = reader.document(
        (_json_entry(told, reader) for told in files),
        name=page.get("name"),
        versions=versions if isinstance(versions, list) else (),
        status=status.get("status"),
        status_reason=status.get("reason"),
    )
    return SimplePage(document, _knows_status(version))


def _json_entry(told: object, reader: Reader) -> Entry | None:
    facts = _mapping(told)
    yanked = facts.get("yanked")
    return reader.entry(
        facts.get("filename"),
        facts.get("url"),
        hashes=facts.get("hashes"),
        # PEP 714: the new name counts where both are there.
        core_metadata=facts.get("core-metadata", facts.get("dist-info-metadata")),
        size=size_of(facts.get("size")),
        uploaded_at=time_of(facts.get("upload-time")),
        requires_python=text(facts.get("requires-python")) or None,
        is_yanked=yanked is True or isinstance(yanked, str),
        yanked_reason=text(yanked) or "",
    )


def _api_entries(releases: Mapping[str, object], reader: Reader) -> Iterator[Entry | None]:
    for version, files in releases.items():
        for told in files if isinstance(files, list) else ():
            yield _api_entry(_mapping(told), version if is_version(version) else "", reader)


def _api_entry(facts: Mapping[str, Any], version: str, reader: Reader) -> Entry | None:
    kind = text(facts.get("packagetype")), text(facts.get("python_version"))
    is_yanked = facts.get("yanked") is True
    return reader.entry(
        facts.get("filename"),
        facts.get("url"),
        version=version,
        hashes=facts.get("digests"),
        core_metadata=facts.get("core-metadata"),
        kind=(kind[0], kind[1] or "") if kind[0] else None,
        size=size_of(facts.get("size")),
        uploaded_at=time_of(facts.get("upload_time_iso_8601") or facts.get("upload_time")),
        requires_python=text(facts.get("requires_python")) or None,
        is_yanked=is_yanked,
        yanked_reason=(text(facts.get("yanked_reason")) or "") if is_yanked else "",
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _knows_status(api_version: str) -> bool:
    """Tell whether a version of the simple API has the status of projects: 1.4 and later."""
    minor = api_version.partition(".")[2]
    return minor.isdecimal() and int(minor) >= 4
