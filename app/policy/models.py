"""What an administrator decided about names and versions."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class PolicyRule(Base):
    """A rule of an index: `block`, `allow` or `exempt` a name, or some of its versions.

    `exempt` lets files in that are too young or that changed. `pattern` is a
    normalised name, or one with a `*` in it; `specifier` (PEP 440) is empty for all
    versions.
    """

    __tablename__ = "policy_rule"
    __table_args__ = (UniqueConstraint("index_id", "kind", "pattern", "specifier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("index.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    pattern: Mapped[str] = mapped_column(String(200))
    specifier: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    made_at: Mapped[datetime]
