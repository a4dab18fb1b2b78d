"""The names that are known without asking an upstream."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class KnownName(Base):
    """A project of an upstream, whether anything of it is here or not.

    `rank` is 1 for the most popular one. `round` is the number of the loading
    that saw it last.
    """

    __tablename__ = "known_name"
    __table_args__ = (Index("ix_known_name_round", "index_id", "round"),)

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
    rank: Mapped[int | None] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=0)
