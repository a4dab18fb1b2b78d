"""The names that are known without asking an upstream."""

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base

_RANKED = text("rank IS NOT NULL")


class KnownName(Base):
    """A project of an upstream, whether anything of it is here or not.

    `rank` is 1 for the most popular one. `version` and `summary` are of the release
    that people should install, if anybody has looked at it.
    """

    __tablename__ = "known_name"
    __table_args__ = (
        # Few have one.
        Index("ix_known_name_rank", "rank", sqlite_where=_RANKED, postgresql_where=_RANKED),
        # They are found by their names alone, so that SQLite keeps them by these.
        {"sqlite_with_rowid": False},
    )

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    # By their bytes everywhere, so that the order of names is the same for all.
    normalized_name: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[int | None]
