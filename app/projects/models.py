"""The catalogue: projects, their releases and files, and what belongs to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base
from app.projects.names import lookalike


def _lookalike(context: Any) -> str:
    return lookalike(context.get_current_parameters()["normalized_name"])


def _only(condition: str) -> dict[str, Any]:
    """Return what limits an index to some rows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


# In SQL, that a file was removed and can still come back.
IS_TRASH = "removed_at IS NOT NULL AND freed_at IS NULL"


class Project(Base):
    """A name in an index and all that was published under it.

    A removed one keeps its row: the name stays with those who owned it. The counts
    are of what is shown of it, and None while nothing is.
    """

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("index_id", "normalized_name"),
        # It holds all that the list of names needs, so that no row of the table is read for it.
        Index("ix_project_names", "index_id", "normalized_name", "removed_at", "status", "name"),
        # Few are, and administrators look for them among all.
        Index("ix_project_quarantined", "normalized_name", **_only("status = 'quarantined'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("index.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    # By their bytes everywhere, so that the order of names is the same for all.
    normalized_name: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql"), index=True
    )
    # What the name looks like at a glance; see projects/names.py.
    lookalike: Mapped[str] = mapped_column(String(200), default=_lookalike, index=True)
    status: Mapped[str] = mapped_column(String(15), default="active")
    status_reason: Mapped[str | None] = mapped_column(Text)
    # In bytes, in place of what holds for the whole index; see `limits`.
    max_file_bytes: Mapped[int | None] = mapped_column(BigInteger)
    max_total_bytes: Mapped[int | None] = mapped_column(BigInteger)
    # Without a foreign key: project and release would need each other to exist.
    latest_release_id: Mapped[int | None]
    last_serial: Mapped[int] = mapped_column(BigInteger, default=0)
    release_count: Mapped[int | None]
    file_count: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    removed_at: Mapped[datetime | None]

    releases: Mapped[list["Release"]] = relationship(
        back_populates="project", order_by="Release.sort_key.desc()", passive_deletes=True
    )
    roles: Mapped[list["Role"]] = relationship(passive_deletes=True)


class IndexTotal(Base):
    """What is shown of the projects of an index, all together."""

    __tablename__ = "index_total"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    projects: Mapped[int]
    releases: Mapped[int]
    files: Mapped[int]


class Release(Base):
    """One version of a project with its core metadata."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("project_id", "canonical_version"),
        Index("ix_release_project_id_sort_key", "project_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    version: Mapped[str] = mapped_column(String(200))
    canonical_version: Mapped[str] = mapped_column(String(200))
    # Bytes whose order is the order of PEP 440; see projects/versions.py.
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)
    is_prerelease: Mapped[bool]
    published_at: Mapped[datetime] = mapped_column(index=True)
    published_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    yanked_at: Mapped[datetime | None]
    yanked_reason: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None]
    # Long texts stand behind what lists need: SQLite reads a row from its beginning.
    metadata_version: Mapped[str] = mapped_column(String(5))
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="", deferred=True)
    description_html: Mapped[str | None] = mapped_column(Text, deferred=True)
    description_content_type: Mapped[str | None] = mapped_column(String(200))
    keywords: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(Text, default="")
    author_email: Mapped[str] = mapped_column(Text, default="")
    maintainer: Mapped[str] = mapped_column(Text, default="")
    maintainer_email: Mapped[str] = mapped_column(Text, default="")
    home_page: Mapped[str] = mapped_column(Text, default="")
    download_url: Mapped[str] = mapped_column(Text, default="")
    license_text: Mapped[str] = mapped_column(Text, default="")
    license_expression: Mapped[str | None] = mapped_column(Text)
    license_id: Mapped[int | None] = mapped_column(ForeignKey("license.id"), index=True)
    requires_python: Mapped[str | None] = mapped_column(Text)
    # Lists that are only shown: platforms, license files, extras, import names …
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    project: Mapped[Project] = relationship(back_populates="releases")
    files: Mapped[list["File"]] = relationship(
        back_populates="release", order_by="File.filename", passive_deletes=True
    )
    license: Mapped["License | None"] = relationship()
    classifiers: Mapped[list["Classifier"]] = relationship(
        secondary="release_classifier", order_by="Classifier.name", viewonly=True
    )
    languages: Mapped[list["Language"]] = relationship(
        secondary="release_language", order_by="Language.name", viewonly=True
    )
    dependencies: Mapped[list["Dependency"]] = relationship(
        order_by="Dependency.position", passive_deletes=True
    )
    urls: Mapped[list["ProjectUrl"]] = relationship(
        order_by="ProjectUrl.position", passive_deletes=True
    )

    @property
    def is_yanked(self) -> bool:
        """Tell whether the release was taken back by its owners (PEP 592)."""
        # PEP 592: an empty reason still means yanked, so ask for the time.
        return self.yanked_at is not None


class File(Base):
    """One distribution file. Its name is never used again in its index.

    A removed one is in the trash until its bytes are given up, at `freed_at`; what was
    removed together has the same time of removal.
    """

    __tablename__ = "file"
    __table_args__ = (
        UniqueConstraint("index_id", "filename"),
        Index("ix_file_quarantined", "release_id", **_only("quarantined_at IS NOT NULL")),
        # All that is in the trash.
        Index("ix_file_trash", "removed_at", **_only(IS_TRASH)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("index.id", ondelete="CASCADE"))
    release_id: Mapped[int] = mapped_column(
        ForeignKey("release.id", ondelete="CASCADE"), index=True
    )
    filename: Mapped[str] = mapped_column(String(255))
    filetype: Mapped[str] = mapped_column(String(20))
    python_tag: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    blake2_256: Mapped[str] = mapped_column(String(64), index=True)
    md5: Mapped[str] = mapped_column(String(32))
    # The METADATA of a wheel, kept as a blob of its own; sdists have none here.
    metadata_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    requires_python: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text, default="")
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    uploaded_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    uploaded_via: Mapped[str] = mapped_column(Text, default="")
    quarantined_at: Mapped[datetime | None]
    quarantine_reason: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None]
    freed_at: Mapped[datetime | None]

    release: Mapped[Release] = relationship(back_populates="files")

    @property
    def is_servable(self) -> bool:
        """Tell whether the file may be listed and downloaded."""
        return self.removed_at is None and self.quarantined_at is None


class ProhibitedName(Base):
    """A normalised name under which nobody can begin a project, in any index."""

    __tablename__ = "prohibited_name"

    normalized_name: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(Text, default="")
    prohibited_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    prohibited_at: Mapped[datetime]


class Role(Base):
    """What an account is to a project: `owner`, `maintainer` or `reader`."""

    __tablename__ = "role"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]


class Classifier(Base):
    """A trove classifier that some release carries."""

    __tablename__ = "classifier"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class ReleaseClassifier(Base):
    """A release carries a classifier."""

    __tablename__ = "release_classifier"

    release_id: Mapped[int] = mapped_column(
        ForeignKey("release.id", ondelete="CASCADE"), primary_key=True
    )
    classifier_id: Mapped[int] = mapped_column(
        ForeignKey("classifier.id"), primary_key=True, index=True
    )


class Language(Base):
    """A programming language, read from the classifiers."""

    __tablename__ = "language"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class ReleaseLanguage(Base):
    """A release is written in, or for, a language."""

    __tablename__ = "release_language"

    release_id: Mapped[int] = mapped_column(
        ForeignKey("release.id", ondelete="CASCADE"), primary_key=True
    )
    language_id: Mapped[int] = mapped_column(
        ForeignKey("language.id"), primary_key=True, index=True
    )


class License(Base):
    """A licence as it is shown: an SPDX expression or the name in a classifier."""

    __tablename__ = "license"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(400), unique=True)


class Dependency(Base):
    """What a release needs, as one requirement (PEP 508)."""

    __tablename__ = "dependency"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(
        ForeignKey("release.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    requirement: Mapped[str] = mapped_column(Text)
    normalized_name: Mapped[str] = mapped_column(String(200), index=True)
    extra: Mapped[str | None] = mapped_column(String(200))


class ProjectUrl(Base):
    """A labelled link of a release."""

    __tablename__ = "project_url"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(
        ForeignKey("release.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(Text)
