"""What was copied from upstreams: a document for each project, a row for each file that is here."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class MirroredProject(Base):
    """What an upstream said of a name the last time, or that it has no such project.

    `document` is as `documents.pack` makes it. It stays when the project is there no
    more, and `body_sha256` does not: what comes back under an old name is compared
    with it. `serial` is the number of the change that brought it.
    """

    __tablename__ = "mirrored_project"
    # What is counted and listed without reading the documents.
    __table_args__ = (Index("ix_mirrored_project_state", "index_id", "fetched_at", "body_sha256"),)

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    normalized_name: Mapped[str] = mapped_column(String(200), primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, default=0)
    # When the upstream last said that this is so.
    fetched_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # What was asked: the validators are those of its answer.
    asked_url: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(String(100))
    # Of the body as it came, for upstreams that have no validators.
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    # Last, because SQLite reads a row from its beginning.
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    @property
    def is_present(self) -> bool:
        """Tell whether the upstream has the project."""
        return self.body_sha256 is not None


class MirroredFile(Base):
    """A file of an upstream that is here, or was; `address` is its digest in URLs.

    `sha256` is None when the bytes were evicted. `uploaded_at` and `was` are what the
    upstream told: a policy must know them when it tells of the file no more.
    """

    __tablename__ = "mirrored_file"
    __table_args__ = (Index("ix_mirrored_file_project", "index_id", "normalized_name"),)

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    filename: Mapped[str] = mapped_column(String(255), primary_key=True)
    normalized_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    # The core metadata, as the upstream gave them or as they stand in the wheel.
    metadata_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    uploaded_at: Mapped[datetime | None]
    was: Mapped[str] = mapped_column(String(64), default="")
    stored_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)
    is_pinned: Mapped[bool] = mapped_column(default=False)


class MirroredStray(Base):
    """A file whose name does not begin with that of its project, so that it is found by it."""

    __tablename__ = "mirrored_stray"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    filename: Mapped[str] = mapped_column(String(255), primary_key=True)
    normalized_name: Mapped[str] = mapped_column(String(200), primary_key=True)


class MirroredDetail(Base):
    """What people read of a release; `document` is compressed JSON."""

    __tablename__ = "mirrored_detail"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    normalized_name: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[str] = mapped_column(String(200), primary_key=True)
    # That of the project when this was asked for.
    serial: Mapped[int] = mapped_column(BigInteger, default=0)
    fetched_at: Mapped[datetime]
    document: Mapped[bytes] = mapped_column(LargeBinary)


class UpstreamState(Base):
    """How an upstream was the last time that anybody looked."""

    __tablename__ = "upstream_state"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    is_up: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")
    # When its list of names was loaded last, and how many there were.
    names_at: Mapped[datetime | None]
    names_count: Mapped[int] = mapped_column(default=0)
    # Of the list as it came.
    names_etag: Mapped[str | None] = mapped_column(Text)
    names_sha256: Mapped[str | None] = mapped_column(String(64))


class MirrorDay(Base):
    """What a mirror took from its upstream on a day."""

    __tablename__ = "mirror_day"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    pages: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
