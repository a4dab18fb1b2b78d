"""Projects as they are listed and found: our own, and those known of upstreams."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.search.terms import plain

_RANKED = text("rank IS NOT NULL")


def _plain_name(context: DefaultExecutionContext) -> str:
    parameters: dict[str, str] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return plain(parameters["normalized_name"])


class Listing(Base):
    """A project of one index as lists show it, by the release that people should install.

    Our own projects have one while they are shown, and those of an upstream while it
    is known to have them, whether anything of them is here or not. What nobody has
    looked at yet is None or empty. `rank` is the place that an upstream's users give
    it, 1 for the most popular one; `downloads` are those of the last days from here;
    `popularity` is what both come to, from 0 to a million; whoever changes it tells
    the index of words. `plain_name` is the name as people type it who leave out hyphens.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("index_id", "normalized_name"),
        Index("ix_listing_plain_name", "plain_name", "index_id"),
        # It holds all that the list of names needs, so that no row of the table is read for it.
        Index("ix_listing_names", "index_id", "normalized_name", "name"),
        # Few have one.
        Index("ix_listing_rank", "rank", sqlite_where=_RANKED, postgresql_where=_RANKED),
        # What is left of one that is gone must not be taken for another one's.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("index.id", ondelete="CASCADE"))
    # By their bytes everywhere, so that the order of names is the same for all.
    normalized_name: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql")
    )
    name: Mapped[str] = mapped_column(String(200))
    plain_name: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql"), default=_plain_name
    )
    version: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[int | None]
    downloads: Mapped[int] = mapped_column(default=0)
    popularity: Mapped[int] = mapped_column(default=0)
    is_yanked: Mapped[bool] = mapped_column(default=False)
    # Numbers of the labels that filters of searches count, with blanks between them: to
    # read them of thousands of projects one by one takes ten times as long.
    facets: Mapped[str] = mapped_column(Text, default="")
    # When its first release was published, and when this one was.
    created_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]


# The greatest first, and those that are alike by name.
for _column in (Listing.popularity, Listing.created_at, Listing.updated_at):
    Index(f"ix_listing_{_column.key}", Listing.index_id, _column.desc(), Listing.normalized_name)


class Label(Base):
    """Something that many projects have in common.

    `kind` is `license`, `language`, `classifier`, `keyword`, `person` (who wrote it),
    `python` (a version like 3.12 that it is for) or `needs` (the normalised name of a
    project that it depends on).
    """

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(
        String(400).with_variant(String(400, collation="C"), "postgresql")
    )


class ListingLabel(Base):
    """A listed project has a label."""

    __tablename__ = "listing_label"
    # Found by either, and kept by the second: a project has few labels, a label many projects.
    __table_args__ = ({"sqlite_with_rowid": False},)

    label_id: Mapped[int] = mapped_column(ForeignKey("label.id"), primary_key=True)
    listing_id: Mapped[int] = mapped_column(
        ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class LabelCount(Base):
    """How many listed projects of an index have a label; `kind` is that of the label."""

    __tablename__ = "label_count"
    # It holds all that the list of the most used ones needs.
    __table_args__ = (Index("ix_label_count_kind", "index_id", "kind", "count", "label_id"),)

    label_id: Mapped[int] = mapped_column(
        ForeignKey("label.id", ondelete="CASCADE"), primary_key=True
    )
    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]


class Synonym(Base):
    """Words that mean the same to those who search, one group a row, as normalised words."""

    __tablename__ = "synonym"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[str]]
