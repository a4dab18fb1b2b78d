"""The audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class Entry(Base):
    """Who did what, when and from where. Names are kept beside the numbers, for ever."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    tag: Mapped[str] = mapped_column(String(60), index=True)
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    actor: Mapped[str] = mapped_column(String(50), default="", index=True)
    # The username of the account that it happened to.
    about: Mapped[str | None] = mapped_column(String(50), index=True)
    index_slug: Mapped[str | None] = mapped_column(String(50))
    project: Mapped[str | None] = mapped_column(String(200), index=True)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
