"""Downloads."""

from datetime import date

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class DownloadDay(Base):
    """How often a file was downloaded on a day.

    Keyed by names, without a foreign key: history survives a deletion.
    """

    __tablename__ = "download_day"
    __table_args__ = (Index("ix_download_day_project", "index_slug", "project", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    index_slug: Mapped[str] = mapped_column(String(50), primary_key=True)
    filename: Mapped[str] = mapped_column(String(255), primary_key=True)
    project: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(200))
    count: Mapped[int] = mapped_column(BigInteger, default=0)
