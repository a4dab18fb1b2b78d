"""Downloads: the facts, by day and then by month, and sums that are made from them.

All are keyed by names, without a foreign key: history survives a deletion.
`count` is how many there were, `bytes` what the files weigh that many times.
"""

from datetime import date

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base

# Where a sum is about all projects of an index.
ALL = ""
# What the downloads of a month are told apart by.
TOTAL, VERSION, FILE = "total", "version", "file"
CLIENT, PYTHON, SYSTEM = "client", "python", "system"

_CALLER = ("client", "python", "system")
_COMPACT = {"sqlite_with_rowid": False}
# What the lists of the most downloaded hold; named in questions, for SQLite sees only
# then that an index about these is enough.
RANKED = text("kind IN ('total', 'file')")


class Counted:
    """What every row says: how many downloads, and how many bytes they come to."""

    count: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)


class DownloadFact(Counted):
    """Downloads of one file by one kind of caller; see `stats.agents` for the kinds."""

    index_slug: Mapped[str] = mapped_column(String(50), primary_key=True)
    filename: Mapped[str] = mapped_column(String(255), primary_key=True)
    client: Mapped[str] = mapped_column(String(20), primary_key=True, default="other")
    python: Mapped[str] = mapped_column(String(10), primary_key=True, default="")
    system: Mapped[str] = mapped_column(String(10), primary_key=True, default="other")
    project: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(200))


class DownloadDay(DownloadFact, Base):
    """Downloads of a day."""

    __tablename__ = "download_day"
    __table_args__ = (
        # By files first: how often some were downloaded is the question that is asked here.
        PrimaryKeyConstraint("index_slug", "filename", "day", *_CALLER),
        Index("ix_download_day_day", "day"),
        _COMPACT,
    )

    day: Mapped[date] = mapped_column(primary_key=True)


class DownloadMonth(DownloadFact, Base):
    """Downloads of those days of a month that are told apart no more; `month` is its first."""

    __tablename__ = "download_month"
    __table_args__ = (
        PrimaryKeyConstraint("index_slug", "filename", "month", *_CALLER),
        Index("ix_download_month_month", "month"),
        _COMPACT,
    )

    month: Mapped[date] = mapped_column(primary_key=True)


class ProjectDay(Counted, Base):
    """The sum of a day for one project, or for `ALL` of an index, as long as days are kept."""

    __tablename__ = "project_day"
    __table_args__ = (Index("ix_project_day_day", "day"), _COMPACT)

    index_slug: Mapped[str] = mapped_column(String(50), primary_key=True)
    project: Mapped[str] = mapped_column(String(200), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class ProjectMonth(Counted, Base):
    """The sum of a month for one project, or for `ALL` of an index, and its parts by `kind`.

    Of `ALL` there are no parts by version and file.
    """

    __tablename__ = "project_month"
    __table_args__ = (
        Index("ix_project_month_month", "month"),
        # For the lists of what was downloaded most.
        Index(
            "ix_project_month_most",
            *("month", "kind", "count"),
            sqlite_where=RANKED,
            postgresql_where=RANKED,
        ),
        _COMPACT,
    )

    index_slug: Mapped[str] = mapped_column(String(50), primary_key=True)
    project: Mapped[str] = mapped_column(String(200), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(255), primary_key=True, default="")
