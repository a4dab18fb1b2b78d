"""Releases that were brought from one index to another."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class Promotion(Base):
    """A release that was copied to another index, by whom and why.

    `files` are the numbers of the new rows; `undone_at` is set when they were
    taken back.
    """

    __tablename__ = "promotion"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_slug: Mapped[str] = mapped_column(String(50))
    target_slug: Mapped[str] = mapped_column(String(50))
    project: Mapped[str] = mapped_column(String(200), index=True)
    version: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    actor: Mapped[str] = mapped_column(String(50), default="")
    files: Mapped[list[int]] = mapped_column(JSON, default=list)
    promoted_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
