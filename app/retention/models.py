"""Which releases stay, by the names of projects."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class RetentionRule(Base):
    """A rule of an index for the projects whose normalised name fits `pattern`.

    Of final releases the `keep_newest` stay, and what was downloaded within
    `downloaded_days`; pre-releases go when they are older than `prerelease_days`. What is
    younger than `age_days` stays in any case. None makes nothing go.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (UniqueConstraint("index_id", "pattern"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("index.id", ondelete="CASCADE"))
    pattern: Mapped[str] = mapped_column(String(200))
    keep_newest: Mapped[int | None]
    downloaded_days: Mapped[int | None]
    prerelease_days: Mapped[int | None]
    age_days: Mapped[int]
    made_at: Mapped[datetime]
