"""Named places that serve projects."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class Index(Base):
    """A named index: `hosted` keeps its own projects, `mirror` copies an upstream.

    `settings` holds what may differ per index: `local_versions`,
    `linux_wheels`, `direct_dependencies`, `deletion`, `minimum_age_days`,
    `only_allowed`.
    """

    __tablename__ = "index"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(50), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10), default="hosted")
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    generation: Mapped[int] = mapped_column(default=1)
    last_serial: Mapped[int] = mapped_column(BigInteger, default=0)
    # The number of the last change of the list of names.
    names_serial: Mapped[int] = mapped_column(BigInteger, default=0)
    # No page shows a lower number: what changes many pages at once raises it.
    floor_serial: Mapped[int] = mapped_column(BigInteger, default=0)
    # What a mirror copies, without credentials; the configuration may name another one.
    upstream_url: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]


class IndexBase(Base):
    """One step of the chain in which an index looks for projects it has not itself."""

    __tablename__ = "index_base"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    base_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]


class IndexGrant(Base):
    """What an account may do in an index: `read`, `upload` (new names too) or `admin`."""

    __tablename__ = "index_grant"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    right: Mapped[str] = mapped_column(String(10))


class NameClaim(Base):
    """A name that is an index's own, whatever an upstream has under it."""

    __tablename__ = "name_claim"

    index_id: Mapped[int] = mapped_column(
        ForeignKey("index.id", ondelete="CASCADE"), primary_key=True
    )
    normalized_name: Mapped[str] = mapped_column(String(200), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    claimed_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    claimed_at: Mapped[datetime]


class ReservedPattern(Base):
    """A pattern, like `acme-*`, of names that no upstream is ever asked for."""

    __tablename__ = "reserved_pattern"

    pattern: Mapped[str] = mapped_column(String(200), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    reserved_at: Mapped[datetime]


class SerialCounter(Base):
    """The one row from which every change of any index takes its number."""

    __tablename__ = "serial_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)
