"""A release of an upstream, put together from its document and what is known of it besides."""

from collections.abc import Sequence

from app.mirror.documents import Document
from app.mirror.metadata import Facts
from app.projects.names import normalise
from app.sources.histories import find_line
from app.sources.page import FileLink, Origin, ReleaseDetail, ReleaseLine
from app.sources.queries import NEWEST_RELEASES


def pick_release(document: Document, version: str | None) -> ReleaseLine | None:
    """Return a release by its version in any spelling, or the one that people should install."""
    return document.latest if version is None else find_line(document.lines, version)


def detail_of(
    document: Document,
    line: ReleaseLine,
    facts: Facts,
    *,
    files: Sequence[FileLink],
    origin: Origin,
    serial: int,
) -> ReleaseDetail:
    """Return all that is known of a release."""
    latest, stable = document.latest or line, document.latest_stable
    is_open = document.status != "quarantined"
    told = [file.requires_python for file in files if file.requires_python]
    return ReleaseDetail(
        index_slug=origin.index_slug,
        normalized_name=document.normalized_name,
        version=line.version,
        published_at=line.published_at,
        status=document.status,
        status_reason=document.status_reason,
        serial=serial,
        is_prerelease=line.is_prerelease,
        is_yanked=line.is_yanked,
        yanked_reason=line.yanked_reason,
        latest_version=latest.version,
        latest_stable_version=None if stable is None else stable.version,
        files=tuple(files) if is_open else (),
        releases=document.lines[:NEWEST_RELEASES],
        release_count=len(document.lines),
        people=(),
        languages=facts.languages,
        license_name=facts.license_name,
        origin=origin,
        **vars(facts)
        | {
            "name": _display_name(document, facts),
            "requires_python": facts.requires_python or next(iter(told), None),
        },
    )


def _display_name(document: Document, facts: Facts) -> str:
    """Return the name as the authors write it, if it is that of the project."""
    is_same = normalise(facts.name) == document.normalized_name
    return facts.name if is_same else document.name
