"""The frozen values that every source hands out; nobody above sees a row."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class FileLink:
    """One file as index pages and project pages show it.

    `metadata_sha256` is set when `<file>.metadata` can be fetched, and
    `has_metadata` alone when its digest is not known. `version` is empty when
    the name of the file does not tell it. Times are UTC. What a source does not
    know is None, and nothing is made up for it.
    """

    filename: str
    version: str
    sha256: str | None
    size: int | None
    uploaded_at: datetime | None
    # What an upstream calls its place, for files of which it tells no SHA-256.
    place: str = ""
    filetype: str = ""
    python_tag: str = ""
    md5: str | None = None
    blake2_256: str | None = None
    requires_python: str | None = None
    metadata_sha256: str | None = None
    has_metadata: bool = False
    is_yanked: bool = False
    yanked_reason: str = ""
    comment: str = ""
    was: str = ""

    @property
    def address(self) -> str:
        """Return the 64 hex digits that stand for the file in URLs."""
        return self.sha256 or address_of(self.place)


def address_of(place: str) -> str:
    """Return the digits that stand for a file without SHA-256, by its upstream's URL."""
    return hashlib.sha256(f"place:{place}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a copy came from, and when its upstream last said that it is right.

    `is_stale` tells that the upstream could not be asked since it was due.
    """

    index_slug: str
    title: str
    fetched_at: datetime
    is_stale: bool = False


@dataclass(frozen=True, kw_only=True)
class IndexPage:
    """All that an installer must know of a project.

    `versions` are in PEP 440 order, oldest first, and those that PEP 440 does not
    know before all others; `files` follow them, by filename within a version. A
    quarantined project has no files (PEP 792).
    """

    index_slug: str
    name: str
    normalized_name: str
    versions: tuple[str, ...]
    files: tuple[FileLink, ...]
    status: str = "active"
    status_reason: str | None = None
    serial: int = 0
    # None for what was published here.
    origin: Origin | None = None
    # From then on the page may be another one although nobody changed anything.
    fresh_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    """One release in the history of a project."""

    version: str
    published_at: datetime | None
    file_count: int
    is_prerelease: bool = False
    is_yanked: bool = False
    yanked_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a role in a project."""

    username: str
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class ReleaseDetail:
    """All that is known of one release, with the history it stands in.

    `releases` are newest first by PEP 440 and hold at most the newest 500 of
    `release_count`; `latest_version` is what people should install. `neighbours`
    are the normalised names of the dependencies that the same index has. A policy
    may hold back newer versions for some time: `held_back` of them, and the first
    that is served will be from `held_until` on.
    """

    index_slug: str
    name: str
    normalized_name: str
    version: str
    published_at: datetime | None
    status: str
    status_reason: str | None
    serial: int
    is_prerelease: bool
    is_yanked: bool
    yanked_reason: str
    latest_version: str
    latest_stable_version: str | None
    metadata_version: str
    summary: str
    description: str
    description_html: str | None
    description_content_type: str | None
    keywords: tuple[str, ...]
    author: str
    author_email: str
    maintainer: str
    maintainer_email: str
    home_page: str
    download_url: str
    license_text: str
    license_expression: str | None
    license_name: str | None
    license_files: tuple[str, ...]
    requires_python: str | None
    classifiers: tuple[str, ...]
    languages: tuple[str, ...]
    platforms: tuple[str, ...]
    provides_extra: tuple[str, ...]
    dynamic: tuple[str, ...]
    import_names: tuple[str, ...]
    requires_dist: tuple[str, ...]
    project_urls: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    files: tuple[FileLink, ...]
    releases: tuple[ReleaseLine, ...]
    release_count: int
    neighbours: frozenset[str] = frozenset()
    # None for what was published here.
    origin: Origin | None = None
    held_back: int = 0
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectLine:
    """One project in a list; what nobody has looked at yet is empty or None.

    `upstream` is the host whose copy knows it, and empty for our own; `index_slug` is
    the index that has it, where a list is of several. `is_yanked` is told of its newest
    release, and so of all.
    """

    name: str
    normalized_name: str
    summary: str
    version: str
    updated_at: datetime | None
    upstream: str = ""
    index_slug: str = ""
    is_yanked: bool = False


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that may be sent: its name and the blob that holds its bytes.

    `uploaded_at` and `was` are those of its `FileLink` when an upstream had it first,
    for core metadata those of the wheel.
    """

    filename: str
    sha256: str
    size: int
    project: str
    version: str
    index_slug: str
    uploaded_at: datetime | None = None
    was: str = ""


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file that may be sent and lies at an upstream still: `Source.fetch` brings it.

    Its digest and size are what the upstream tells of it, if anything; `uploaded_at`
    and `was` are as in a `StoredFile`.
    """

    filename: str
    sha256: str | None
    size: int | None
    project: str
    version: str
    index_slug: str
    uploaded_at: datetime | None = None
    was: str = ""
