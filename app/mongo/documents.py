"""The documents: what reading pages need, and never a secret.

Each carries a digest of all else in it, so that comparing is cheap. Data never
become the names of fields. Times are moments (see `moments`); bytes that sort are
written in hexadecimal digits, for MongoDB sorts binary values by length first.

Who may read what is the index's affair: every document of the catalogue names its
index, and `IndexEntry` says to whom that is open.
"""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from app.mongo.connection import ALIAS
from app.mongo.moments import MomentField

# Raised when documents become other ones: then all are made anew.
SHAPE = 1


def _meta(collection: str, *indexes: Any, **more: Any) -> dict[str, Any]:
    # Indexes are made by `indexing`, at the right time, and never by a page.
    return {
        "db_alias": ALIAS,
        "collection": collection,
        "indexes": list(indexes),
        "auto_create_index": False,
        "strict": True,
        **more,
    }


class IndexEntry(Document):
    """A named index; `bases` are slugs in their order."""

    meta: ClassVar[dict[str, Any]] = _meta("indexes", "visibility")

    key = StringField(primary_key=True)
    title = StringField()
    kind = StringField()
    visibility = StringField()
    bases = ListField(StringField())
    created_at = MomentField()
    digest = StringField()


class ClaimEntry(Document):
    """A name that is an index's own although nothing was published under it."""

    meta: ClassVar[dict[str, Any]] = _meta("claims", ("index", "normalized_name"))

    key = StringField(primary_key=True)
    index = StringField()
    normalized_name = StringField()
    digest = StringField()


class AccountEntry(Document):
    """Somebody with a page. No address, no password's hash, no rights: pages show none."""

    meta: ClassVar[dict[str, Any]] = _meta("accounts", "username")

    key = StringField(primary_key=True)
    username = StringField()
    name = StringField()
    is_active = BooleanField()
    created_at = MomentField()
    digest = StringField()


class RoleEntry(EmbeddedDocument):
    """What somebody is to a project; their name stands in their `AccountEntry`."""

    meta: ClassVar[dict[str, Any]] = {"strict": True}

    username = StringField()
    kind = StringField()


class LineEntry(EmbeddedDocument):
    """One release in the history of a project."""

    meta: ClassVar[dict[str, Any]] = {"strict": True}

    version = StringField()
    published_at = MomentField()
    file_count = IntField()
    is_prerelease = BooleanField()
    is_yanked = BooleanField()
    yanked_reason = StringField()
    # See `sealing`.
    seal = StringField()


class LatestEntry(EmbeddedDocument):
    """The release that people should install, as lists show it."""

    meta: ClassVar[dict[str, Any]] = {"strict": True}

    version = StringField()
    canonical_version = StringField()
    # Neither yanked nor a pre-release.
    is_stable = BooleanField()
    is_yanked = BooleanField()
    published_at = MomentField()
    summary = StringField()
    license = StringField()
    languages = ListField(StringField())
    keywords = ListField(StringField())
    requires_python = StringField()


class ProjectEntry(Document):
    """A project with its people and its newest 500 releases, newest first.

    A removed one is kept, without people and releases: its name stays with its index.
    """

    meta: ClassVar[dict[str, Any]] = _meta(
        "projects",
        ("index", "normalized_name"),
        "roles.username",
        "latest.license",
        "latest.languages",
        ("index", "-updated_at"),
    )

    key = StringField(primary_key=True)
    index = StringField()
    name = StringField()
    normalized_name = StringField()
    status = StringField()
    status_reason = StringField()
    serial = LongField()
    created_at = MomentField()
    updated_at = MomentField()
    removed_at = MomentField()
    roles = EmbeddedDocumentListField(RoleEntry)
    latest = EmbeddedDocumentField(LatestEntry)
    releases = EmbeddedDocumentListField(LineEntry)
    release_count = IntField()
    contents = StringField()
    digest = StringField()


class FileEntry(EmbeddedDocument):
    """One file that was not removed; pages leave out those in quarantine."""

    meta: ClassVar[dict[str, Any]] = {"strict": True}

    filename = StringField()
    filetype = StringField()
    python_tag = StringField()
    size = LongField()
    sha256 = StringField()
    blake2_256 = StringField()
    md5 = StringField()
    metadata_sha256 = StringField()
    requires_python = StringField()
    comment = StringField()
    uploaded_at = MomentField()
    is_quarantined = BooleanField()


class UrlEntry(EmbeddedDocument):
    """A labelled link."""

    meta: ClassVar[dict[str, Any]] = {"strict": True}

    label = StringField()
    url = StringField()


class ReleaseEntry(Document):
    """A release with its files.

    What does not fit goes on in further parts, with the same `release`: part 0 has the
    facts and the first files by name, others have more files, or one long text.
    """

    meta: ClassVar[dict[str, Any]] = _meta(
        "releases",
        ("project", "sort_key", "part"),
        "files.sha256",
        "license",
        "languages",
        "requires",
        # Few are, and `follow` looks for them among all.
        {"fields": ["is_waiting"], "partialFilterExpression": {"is_waiting": True}},
    )

    key = StringField(primary_key=True)
    project = StringField()
    release = StringField()
    part = IntField()
    index = StringField()
    name = StringField()
    normalized_name = StringField()
    version = StringField()
    canonical_version = StringField()
    # Its order is that of PEP 440.
    sort_key = StringField()
    is_prerelease = BooleanField()
    published_at = MomentField()
    is_yanked = BooleanField()
    yanked_reason = StringField()
    metadata_version = StringField()
    summary = StringField()
    description = StringField()
    # None with `is_plain` says: the description as it was written.
    description_html = StringField()
    is_plain = BooleanField()
    # The HTML is still being made.
    is_waiting = BooleanField()
    description_content_type = StringField()
    keywords = ListField(StringField())
    author = StringField()
    author_email = StringField()
    maintainer = StringField()
    maintainer_email = StringField()
    home_page = StringField()
    download_url = StringField()
    license_text = StringField()
    license_expression = StringField()
    license = StringField()
    requires_python = StringField()
    license_files = ListField(StringField())
    platforms = ListField(StringField())
    provides_extra = ListField(StringField())
    dynamic = ListField(StringField())
    import_names = ListField(StringField())
    classifiers = ListField(StringField())
    languages = ListField(StringField())
    requires_dist = ListField(StringField())
    # The normalised names of what it needs.
    requires = ListField(StringField())
    project_urls = EmbeddedDocumentListField(UrlEntry)
    files = EmbeddedDocumentListField(FileEntry)
    digest = StringField()


class LicenseEntry(Document):
    """A licence as it is shown."""

    meta: ClassVar[dict[str, Any]] = _meta("licenses")

    key = StringField(primary_key=True)
    digest = StringField()


class LanguageEntry(Document):
    """A programming language."""

    meta: ClassVar[dict[str, Any]] = _meta("languages")

    key = StringField(primary_key=True)
    digest = StringField()


class DayEntry(Document):
    """Downloads of a project on a day; no project stands for the whole index."""

    meta: ClassVar[dict[str, Any]] = _meta("download_days", ("index", "project", "day"), "day")

    key = StringField(primary_key=True)
    index = StringField()
    project = StringField()
    # As 2026-11-24.
    day = StringField()
    count = LongField()
    bytes = LongField()
    digest = StringField()


class MonthEntry(Document):
    """Downloads of a project in a month, or the part of them that `kind` and `value` name."""

    meta: ClassVar[dict[str, Any]] = _meta(
        "download_months", ("index", "project", "month"), ("month", "kind", "-count")
    )

    key = StringField(primary_key=True)
    index = StringField()
    project = StringField()
    # As 2026-11.
    month = StringField()
    kind = StringField()
    value = StringField()
    count = LongField()
    bytes = LongField()
    digest = StringField()


class Mark(Document):
    """How far something is: `serial` of what was followed, `after` of what was copied.

    `is_first` says of a migration that there was nothing when it began, and `entry` is
    the last entry of the audit log that was looked at.
    """

    meta: ClassVar[dict[str, Any]] = _meta("marks")

    key = StringField(primary_key=True)
    shape = IntField()
    serial = LongField()
    after = LongField()
    is_first = BooleanField()
    entry = LongField()


ENTRIES: tuple[type[Document], ...] = (
    *(IndexEntry, ClaimEntry, AccountEntry, ProjectEntry, ReleaseEntry),
    *(LicenseEntry, LanguageEntry, DayEntry, MonthEntry),
)
